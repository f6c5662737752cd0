package dev.cancelupload.lambda;

import dev.cancelupload.config.Export;
import dev.cancelupload.openai.NamedUpload;
import java.util.List;
import java.util.Optional;

/**
 * What invoked the function, told by the event's own fields. Each function takes any of these and says which it cannot
 * use, rather than misreading it.
 */
public sealed interface LambdaEvent {

    /** In words, for a message. */
    String description();

    /** The function that this event is for, if it is for one of ours. */
    Optional<Export> export();

    /**
     * A caller's own JSON: of a direct or asynchronous invocation, Step Functions, EventBridge Scheduler, or the
     * {@code detail} of an EventBridge event.
     */
    record Payload(UploadIds ids) implements LambdaEvent {
        @Override
        public String description() {
            return "a direct invocation";
        }

        @Override
        public Optional<Export> export() {
            return ids.export();
        }
    }

    /**
     * Messages of an SQS queue, by event source mapping or EventBridge Pipes.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html">Using Lambda with Amazon SQS</a>
     */
    record SqsMessages(List<Message> messages) implements LambdaEvent {
        @Override
        public String description() {
            return "an SQS batch";
        }

        @Override
        public Optional<Export> export() {
            return Optional.of(Export.CANCEL_UPLOAD);
        }
    }

    /**
     * Notifications of an SNS topic.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html">Invoking Lambda with Amazon SNS</a>
     */
    record SnsNotifications(List<Message> messages) implements LambdaEvent {
        @Override
        public String description() {
            return "an SNS notification";
        }

        @Override
        public Optional<Export> export() {
            return Optional.of(Export.CANCEL_UPLOAD);
        }
    }

    /** A request of API Gateway, a Function URL or an Application Load Balancer. */
    record Http(ProxyRequest request) implements LambdaEvent {
        @Override
        public String description() {
            return "an HTTP request";
        }

        @Override
        public Optional<Export> export() {
            return Optional.of(Export.CANCEL_UPLOAD_HTTP);
        }
    }

    /** An event that none of the functions is for, such as one of S3 or DynamoDB. */
    record Foreign(String description) implements LambdaEvent {
        @Override
        public Optional<Export> export() {
            return Optional.empty();
        }
    }

    /**
     * What is not read: no JSON, more than the functions keep of an event, or fields that contradict each other.
     *
     * @param problem what is the matter, as the rest of a sentence that begins with "The event"
     */
    record Unreadable(String problem) implements LambdaEvent {
        @Override
        public String description() {
            return "an event that " + problem;
        }

        @Override
        public Optional<Export> export() {
            return Optional.empty();
        }
    }

    /**
     * A queue's or a topic's message.
     *
     * @param id the message's id; empty if it has none
     * @param upload the one upload that its sender named, or why there is none
     */
    record Message(String id, NamedUpload upload) {}
}
