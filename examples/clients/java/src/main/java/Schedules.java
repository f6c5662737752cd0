import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.ActionAfterCompletion;
import software.amazon.awssdk.services.scheduler.model.ConflictException;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;

/**
 * Cancels OpenAI Uploads, unless they complete in time. It needs the stack's outputs {@code ScheduleGroupName},
 * {@code FunctionArn}, {@code SchedulerRoleArn} and {@code FailuresArn} in the environment. The caller's role needs the
 * policy {@code ClientPolicyArn}.
 *
 * <pre>../../../mvnw compile exec:java -Dexec.args=upload_abc123</pre>
 */
public class Schedules {

    private static final DateTimeFormatter AT = DateTimeFormatter.ofPattern("'at('yyyy-MM-dd'T'HH:mm:ss')'");

    private final SchedulerClient scheduler = SchedulerClient.create();

    /**
     * Creates a schedule that cancels the upload once and then deletes itself. If the upload has completed, was cancelled or
     * has expired by then, that is success.
     *
     * @param after how long from now
     * @throws ConflictException if the upload already has a schedule
     */
    public void cancelUnlessCompleted(String uploadId, Duration after) {
        scheduler.createSchedule(schedule -> schedule
                .name(uploadId)
                .groupName(System.getenv("ScheduleGroupName"))
                .scheduleExpression(AT.format(OffsetDateTime.now(ZoneOffset.UTC).plus(after)))
                .flexibleTimeWindow(window -> window.mode(FlexibleTimeWindowMode.OFF))
                .actionAfterCompletion(ActionAfterCompletion.DELETE)
                .target(target -> target
                        .arn(System.getenv("FunctionArn"))
                        .roleArn(System.getenv("SchedulerRoleArn"))
                        // A list of one: nobody waits, so an Upload that is final by then is success.
                        .input("[\"" + uploadId + "\"]")
                        .deadLetterConfig(deadLetters -> deadLetters.arn(System.getenv("FailuresArn")))));
    }

    /** @param args the upload's id; it is cancelled in half an hour */
    public static void main(String[] args) {
        new Schedules().cancelUnlessCompleted(args[0], Duration.ofMinutes(30));
    }
}
