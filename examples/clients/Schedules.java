import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.ActionAfterCompletion;
import software.amazon.awssdk.services.scheduler.model.ConflictException;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;

/**
 * Cancels OpenAI Uploads unless they complete in time. Needs {@code software.amazon.awssdk:scheduler}, and the stack's outputs
 * {@code ScheduleGroupName}, {@code CleanUpFunctionArn}, {@code SchedulerRoleArn} and {@code CleanUpFailuresArn} in the
 * environment. The caller's role needs the policy {@code SchedulePolicyArn}.
 */
public class Schedules {

    private static final DateTimeFormatter AT = DateTimeFormatter.ofPattern("'at('yyyy-MM-dd'T'HH:mm:ss')'");

    private final SchedulerClient scheduler = SchedulerClient.create();

    /**
     * Makes a schedule that cancels the upload once and then deletes itself. An upload that has completed, or was cancelled or
     * expired by then, is no failure.
     *
     * @param after how long from now
     * @throws ConflictException if the upload has a schedule already
     */
    public void cancelUnlessCompleted(String uploadId, Duration after) {
        scheduler.createSchedule(schedule -> schedule
                .name(uploadId)
                .groupName(System.getenv("ScheduleGroupName"))
                .scheduleExpression(AT.format(OffsetDateTime.now(ZoneOffset.UTC).plus(after)))
                .flexibleTimeWindow(window -> window.mode(FlexibleTimeWindowMode.OFF))
                .actionAfterCompletion(ActionAfterCompletion.DELETE)
                .target(target -> target
                        .arn(System.getenv("CleanUpFunctionArn"))
                        .roleArn(System.getenv("SchedulerRoleArn"))
                        .input('"' + uploadId + '"')
                        .deadLetterConfig(deadLetters -> deadLetters.arn(System.getenv("CleanUpFailuresArn")))));
    }
}
