package dev.cancelupload.lambda;

import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.UploadId;
import java.util.List;

/** An event, by what it asks for. {@link EventReader} tells them apart. */
public sealed interface Event {

    /** Cancel this Upload and give it to me: the caller waits. */
    record OneUpload(UploadId id) implements Event {
        @Override
        public <T> T handledBy(Handler<T> handler) {
            return handler.one(this);
        }
    }

    /**
     * See to it that none of these stays pending: nobody may be waiting.
     *
     * @param shape {@code ids} for a list of ids, {@code eventbridge} for the detail of an EventBridge event
     * @param ids at most 1,000, in their order, duplicates included
     */
    record UploadIds(String shape, List<UploadId> ids) implements Event {
        @Override
        public <T> T handledBy(Handler<T> handler) {
            return handler.ids(this);
        }
    }

    /**
     * Messages of an SQS queue, from an event source mapping or EventBridge Pipes.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html">Using Lambda with Amazon SQS</a>
     */
    record SqsMessages(List<Message> messages) implements Event {
        @Override
        public <T> T handledBy(Handler<T> handler) {
            return handler.sqs(this);
        }
    }

    /**
     * Notifications of an SNS topic.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html">Invoking Lambda with Amazon SNS</a>
     */
    record SnsNotifications(List<Message> messages) implements Event {
        @Override
        public <T> T handledBy(Handler<T> handler) {
            return handler.sns(this);
        }
    }

    /** A request of API Gateway, a Function URL or an Application Load Balancer. */
    record Http(ProxyRequest request) implements Event {
        @Override
        public <T> T handledBy(Handler<T> handler) {
            return handler.http(this);
        }
    }

    /** None of these. The failure says what was expected; nothing is sent to OpenAI. */
    record Refused(Failure failure) implements Event {
        @Override
        public <T> T handledBy(Handler<T> handler) {
            return handler.refused(this);
        }
    }

    /**
     * A message of a queue or a topic.
     *
     * @param id the message's id; empty if it has none
     * @param uploadId the one Upload that it names; invalid if it names none, which does not affect other messages
     */
    record Message(String id, UploadId uploadId) {}

    /** Calls the handler's method for this kind of event. */
    <T> T handledBy(Handler<T> handler);

    /** Handles an event, with one method for each kind. */
    interface Handler<T> {
        T one(OneUpload event);

        T ids(UploadIds event);

        T sqs(SqsMessages event);

        T sns(SnsNotifications event);

        T http(Http event);

        T refused(Refused event);
    }
}
