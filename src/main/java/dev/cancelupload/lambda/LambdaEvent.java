package dev.cancelupload.lambda;

import dev.cancelupload.config.Export;
import dev.cancelupload.openai.NamedUpload;
import java.util.List;
import java.util.Optional;

/**
 * An event by its kind, which its fields determine. Each function accepts all kinds and rejects those of other exports
 * with an error.
 */
public sealed interface LambdaEvent {

    /** A description for error messages. */
    String description();

    /** The export that this event is for, if there is one. */
    Optional<Export> export();

    /**
     * The JSON of a direct or asynchronous invocation, Step Functions or EventBridge Scheduler, or the {@code detail}
     * of an EventBridge event.
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
     * Messages of an SQS queue, from an event source mapping or EventBridge Pipes.
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

    /** An event that no export supports, such as one of S3 or DynamoDB. */
    record Unsupported(String description) implements LambdaEvent {
        @Override
        public Optional<Export> export() {
            return Optional.empty();
        }
    }

    /**
     * An event that cannot be read: not JSON, above a limit, or with duplicate fields.
     *
     * @param problem completes a sentence that starts with "The event"
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
     * A message of a queue or a topic.
     *
     * @param id the message's id; empty if it has none
     * @param upload the one upload that its sender named, or why there is none
     */
    record Message(String id, NamedUpload upload) {}
}
