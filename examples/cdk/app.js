// The clean-up function of cancel-upload from a release's zip, with its role, its log, a queue of failures and an alarm on it.
// The other functions differ in QUARKUS_FUNQY_EXPORT, the time-out and CANCEL_BUDGET: template.yaml has them all.
//
//   npm ci && npx cdk deploy --context functionZip=function-arm64.zip --context architecture=arm64
import { App, CfnOutput, Duration, SecretValue, Stack } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Architecture, ApplicationLogLevel, Code, Function, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';

const app = new App();
/** A value from the command line (`--context name=value`) or cdk.json. */
const given = (name, otherwise) => {
  const value = app.node.tryGetContext(name) ?? otherwise;
  if (value === undefined) throw new Error(`--context ${name}=… is missing`);
  return value;
};
const architectures = { x86_64: Architecture.X86_64, arm64: Architecture.ARM_64 };

const stack = new Stack(app, given('stackName', 'cancel-upload-clean-up'));

// Clean-ups that failed after all retries: Lambda's record with the event and the error.
const failures = new Queue(stack, 'Failures', {
  retentionPeriod: Duration.days(14),
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
});

const cleanUp = new Function(stack, 'CleanUp', {
  description: 'Cancels up to 1,000 OpenAI Uploads; one that is already final is success.',
  code: Code.fromAsset(given('functionZip')),
  runtime: Runtime.PROVIDED_AL2023,
  handler: 'bootstrap',
  architecture: architectures[given('architecture', 'x86_64')],
  memorySize: 256,
  timeout: Duration.seconds(300),
  environment: {
    // A reference that CloudFormation resolves when it deploys: the key is not in the template. After a rotation, deploy with
    // --context secretVersion=…
    OPENAI_API_KEY: SecretValue.secretsManager(given('secret', 'openai-api-key'), {
      versionId: app.node.tryGetContext('secretVersion'),
    }).unsafeUnwrap(),
    QUARKUS_FUNQY_EXPORT: 'cleanUpUploads',
    // Less than the time-out.
    CANCEL_BUDGET: '280s',
  },
  loggingFormat: LoggingFormat.JSON,
  applicationLogLevelV2: ApplicationLogLevel.INFO,
  logGroup: new LogGroup(stack, 'Logs', { retention: RetentionDays.ONE_MONTH }),
  tracing: Tracing.ACTIVE,
  retryAttempts: 2,
  onFailure: new SqsDestination(failures),
});

failures.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(5) }).createAlarm(stack, 'FailuresAlarm', {
  alarmDescription: 'Clean-ups did not happen. Their events are in the queue; send them again.',
  threshold: 1,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
});

new CfnOutput(stack, 'CleanUpFunctionArn', { value: cleanUp.functionArn });
new CfnOutput(stack, 'CleanUpFailuresUrl', { value: failures.queueUrl });
