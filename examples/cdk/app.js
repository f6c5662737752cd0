// cancel-upload from a release's zip: the function, a queue of failures with an alarm, and what schedules need.
//
//   npm ci && npx cdk deploy --context functionZip=function-arm64.zip --context architecture=arm64
//
// With --context identityProviderId=… --context serviceAccountId=… it needs no key: docs/deploy.md, Without a key.
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const app = new App();
/** A value from the command line (`--context name=value`) or cdk.json. */
const given = (name, otherwise) => {
  const value = app.node.tryGetContext(name) ?? otherwise;
  if (value === undefined) throw new Error(`--context ${name}=… is missing`);
  return value;
};
const architectures = { x86_64: Architecture.X86_64, arm64: Architecture.ARM_64 };
const identityProviderId = app.node.tryGetContext('identityProviderId');

const stack = new Stack(app, given('stackName', 'cancel-upload'));

// Events that failed after all retries: Lambda's record with the event and the error.
const failures = new Queue(stack, 'Failures', { retentionPeriod: Duration.days(14) });

const cancelUpload = new Function(stack, 'CancelUpload', {
  description: 'Cancels OpenAI Uploads.',
  code: Code.fromAsset(given('functionZip')),
  runtime: Runtime.PROVIDED_AL2023,
  handler: 'bootstrap',
  architecture: architectures[given('architecture', 'x86_64')],
  memorySize: 256,
  timeout: Duration.seconds(300),
  // Names of credentials, never the credentials: the function fetches them when it starts.
  environment: identityProviderId
    ? { OPENAI_IDENTITY_PROVIDER_ID: identityProviderId, OPENAI_SERVICE_ACCOUNT_ID: given('serviceAccountId') }
    : { OPENAI_API_KEY_SECRET: given('secret', 'openai-api-key') },
  loggingFormat: LoggingFormat.JSON,
  logGroup: new LogGroup(stack, 'Logs', { retention: RetentionDays.ONE_MONTH }),
  retryAttempts: 2,
  onFailure: new SqsDestination(failures),
});
if (identityProviderId) {
  cancelUpload.addToRolePolicy(
    new PolicyStatement({
      actions: ['sts:GetWebIdentityToken'],
      resources: ['*'],
      conditions: {
        'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': 'https://api.openai.com/v1' },
        NumericLessThanEquals: { 'sts:DurationSeconds': 300 },
      },
    }),
  );
} else {
  Secret.fromSecretNameV2(stack, 'ApiKey', given('secret', 'openai-api-key')).grantRead(cancelUpload);
}

new MathExpression({
  expression: 'SUM(METRICS())',
  period: Duration.minutes(5),
  usingMetrics: {
    events: failures.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    // From the function's log.
    failed: new Metric({
      namespace: 'CancelUpload',
      metricName: 'failed',
      dimensionsMap: { functionName: cancelUpload.functionName },
      statistic: 'Sum',
    }),
  },
}).createAlarm(stack, 'FailuresAlarm', {
  alarmDescription: 'Uploads were not cancelled. Their events are in the queue of failures, or the log names them.',
  threshold: 1,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
});

const schedules = new ScheduleGroup(stack, 'Schedules');
const scheduler = new Role(stack, 'SchedulerRole', {
  assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
});
cancelUpload.grantInvoke(scheduler);
failures.grantSendMessages(scheduler);

new CfnOutput(stack, 'FunctionArn', { value: cancelUpload.functionArn });
new CfnOutput(stack, 'FunctionRoleArn', { value: cancelUpload.role.roleArn });
new CfnOutput(stack, 'FailuresUrl', { value: failures.queueUrl });
new CfnOutput(stack, 'FailuresArn', { value: failures.queueArn });
new CfnOutput(stack, 'ScheduleGroupName', { value: schedules.scheduleGroupName });
new CfnOutput(stack, 'SchedulerRoleArn', { value: scheduler.roleArn });
