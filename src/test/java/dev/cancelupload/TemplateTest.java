package dev.cancelupload;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.cancel.Outcome;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.config.Export;
import dev.cancelupload.config.Variable;
import dev.cancelupload.json.Json;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.log.JsonLogFormatter;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** What code and template.yaml require of each other, and the security properties of the template. */
class TemplateTest {

    private static final Duration MARGIN = Duration.ofSeconds(3);

    private static final String OWN_METRICS = "CancelUpload/${AWS::StackName}";

    private static final Set<String> TRIGGERS = Set.of("Invoke", "Http", "Queue", "CleanUp");

    /** The template with all triggers and without optional parameters. */
    private static final JsonNode TEMPLATE = deployed();

    // Functions

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionIsTheNativeExecutableThatTheBuildPackages(Resource function) {
        assertEquals("target/function.zip", function.property("CodeUri").asText());
        assertEquals("provided.al2023", function.property("Runtime").asText());
        assertEquals("bootstrap", function.property("Handler").asText());
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionIsAnExportThatExists(Resource function) {
        String export = environment(function).get("QUARKUS_FUNQY_EXPORT");
        assertTrue(Export.named(String.valueOf(export)).isPresent(), export);
    }

    @Test
    void everyExportIsDeployed() {
        assertEquals(
                Arrays.stream(Export.values()).map(Export::functionName).collect(Collectors.toSet()),
                functions()
                        .map(function -> environment(function).get("QUARKUS_FUNQY_EXPORT"))
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void theBudgetIsSpentWellBeforeLambdaGivesUp(Resource function) {
        assertTrue(environment(function).containsKey("CANCEL_BUDGET"));
        Duration timeout = Duration.ofSeconds(function.property("Timeout").asLong());
        assertThat(configuration(function).budget().plus(MARGIN), lessThanOrEqualTo(timeout));
    }

    @Test
    void theHttpFunctionGivesUpBeforeApiGatewayDoes() {
        long gateway = only("AWS::ApiGatewayV2::Integration")
                .property("TimeoutInMillis")
                .asLong();
        assertThat(gateway, lessThanOrEqualTo(30_000L));
        assertThat(resource("CancelUploadHttpFunction").property("Timeout").asLong() * 1000, lessThan(gateway));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyVariableIsOneThatTheCodeReads(Resource function) {
        Set<String> known = Arrays.stream(Variable.values()).map(Enum::name).collect(Collectors.toSet());
        known.add("QUARKUS_LOG_LEVEL");
        // With undecided conditions, so that the resources of optional parameters are included.
        Set<String> variables = new TreeSet<>();
        List.of("/Globals/Function", "/Resources/" + function.name() + "/Properties")
                .forEach(place ->
                        read().at(place + "/Environment/Variables").fieldNames().forEachRemaining(variables::add));
        assertThat(variables, everyItem(is(in(known))));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void theEnvironmentIsAccepted(Resource function) {
        configuration(function);
    }

    @ParameterizedTest
    @CsvSource({
        "OpenAIBaseUrl,OPENAI_BASE_URL,https://eu.api.openai.com/v1",
        "OpenAIBaseUrl,OPENAI_BASE_URL,http://api.openai.com/v1",
        "OpenAIBaseUrl,OPENAI_BASE_URL,https://user:x@host/v1",
        "OpenAIBaseUrl,OPENAI_BASE_URL,https://host/v1?x=1",
        "OpenAIOrgId,OPENAI_ORG_ID,org-1",
        "OpenAIOrgId,OPENAI_ORG_ID,org 1",
        "OpenAIProjectId,OPENAI_PROJECT_ID,proj_1",
        "OpenAIProjectId,OPENAI_PROJECT_ID,projé",
        "OpenAIMaxRetries,OPENAI_MAX_RETRIES,0",
        "OpenAIMaxRetries,OPENAI_MAX_RETRIES,10",
        "OpenAIMaxRetries,OPENAI_MAX_RETRIES,11",
        "OpenAIMaxRetries,OPENAI_MAX_RETRIES,-1",
        "OpenAITimeout,OPENAI_TIMEOUT,10s",
        "OpenAITimeout,OPENAI_TIMEOUT,500ms",
        "OpenAITimeout,OPENAI_TIMEOUT,PT10S",
        "OpenAITimeout,OPENAI_TIMEOUT,10",
        "OpenAITimeout,OPENAI_TIMEOUT,2m",
        "OpenAITimeout,OPENAI_TIMEOUT,10 s",
        "OpenAITimeout,OPENAI_TIMEOUT,ten",
        "OpenAITimeout,OPENAI_TIMEOUT,-1s",
        "HttpsProxy,HTTPS_PROXY,http://proxy.example.com:3128",
        "HttpsProxy,HTTPS_PROXY,http://user:word@proxy.example.com:3128/",
        "HttpsProxy,HTTPS_PROXY,proxy.example.com:3128",
        "HttpsProxy,HTTPS_PROXY,https://proxy.example.com:3128",
        "HttpsProxy,HTTPS_PROXY,http://proxy.example.com:3128/path",
        "HttpsProxy,HTTPS_PROXY,http://proxy example.com",
        "CleanUpConcurrency,CLEAN_UP_CONCURRENCY,1",
        "CleanUpConcurrency,CLEAN_UP_CONCURRENCY,100",
        "CleanUpConcurrency,CLEAN_UP_CONCURRENCY,0",
        "CleanUpConcurrency,CLEAN_UP_CONCURRENCY,101"
    })
    void aParameterTakesWhatItsVariableTakes(String parameter, String variable, String value) {
        boolean taken = value.matches(
                TEMPLATE.at("/Parameters/" + parameter + "/AllowedPattern").asText());
        Map<String, String> environment = new HashMap<>(Map.of("OPENAI_API_KEY", "sk-none-needed", variable, value));
        boolean accepted = true;
        try {
            Configuration.of(environment::get);
        } catch (ConfigurationError e) {
            accepted = false;
        }
        assertEquals(accepted, taken);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OpenAIBaseUrl",
                "OpenAIOrgId",
                "OpenAIProjectId",
                "OpenAIMaxRetries",
                "OpenAITimeout",
                "CleanUpConcurrency",
                "HttpsProxy",
                "NoProxy",
                "SslCertFile",
                "OpenAIMtlsClientCertFile",
                "OpenAIMtlsClientKeyFile"
            })
    void aParameterThatIsLeftEmptySetsNoVariable(String parameter) {
        assertEquals("", TEMPLATE.at("/Parameters/" + parameter + "/Default").asText("none"));
        JsonNode with = deployed("Has" + parameter).at("/Globals/Function/Environment/Variables");
        assertEquals(TEMPLATE.at("/Globals/Function/Environment/Variables").size() + 1, with.size());
        assertThat(stream(with).toList(), hasItem(ref(parameter)));
    }

    @Test
    void theKeyComesFromSecretsManager() {
        assertThat(
                TEMPLATE.at("/Globals/Function/Environment/Variables/OPENAI_API_KEY/Fn::Sub")
                        .asText(),
                startsWith("{{resolve:secretsmanager:${OpenAIApiKeySecret}:SecretString:"));
    }

    @ParameterizedTest
    @CsvSource({
        "openai-api-key,true",
        "prod/openai,true",
        "sk,true",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sk-a1b2,true",
        "sk-proj-4f9a0c,false",
        "sk-none,false",
        "a key,false"
    })
    void aKeyIsNotTakenForTheNameOfItsSecret(String value, boolean taken) {
        assertEquals(
                taken,
                value.matches(TEMPLATE.at("/Parameters/OpenAIApiKeySecret/AllowedPattern")
                        .asText()));
    }

    @Test
    void aProxysPasswordIsNotShownAmongTheParameters() {
        assertTrue(TEMPLATE.at("/Parameters/HttpsProxy/NoEcho").asBoolean());
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionIsInTheVpcIfThereIsOneAndMayMakeItsNetworkInterfaces(Resource function) {
        assertTrue(function.property("VpcConfig").isMissingNode());
        JsonNode withVpc = deployed("HasVpc");
        JsonNode vpc = resource(withVpc, function.name()).property("VpcConfig");
        assertEquals(ref("VpcSubnetIds"), vpc.path("SubnetIds"));
        assertEquals(ref("VpcSecurityGroupIds"), vpc.path("SecurityGroupIds"));
        assertThat(
                statements(resource(withVpc, attributeOf(function.property("Role"))))
                        .flatMap(s -> actions(s).stream())
                        .toList(),
                hasItem("ec2:CreateNetworkInterface"));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void debuggingIsOneParameterForLambdaAndForTheFunction(Resource function) {
        assertEquals(
                ref("ApplicationLogLevel"), function.property("LoggingConfig").path("ApplicationLogLevel"));
        assertFalse(environment(function).containsKey("QUARKUS_LOG_LEVEL"));
        assertEquals(
                "DEBUG",
                environment(resource(deployed("LogsDebug"), function.name())).get("QUARKUS_LOG_LEVEL"));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionIsTraced(Resource function) {
        assertEquals(ref("Tracing"), function.property("Tracing"));
        assertEquals("Active", TEMPLATE.at("/Parameters/Tracing/Default").asText());
    }

    // Queues

    @Test
    void aMessageStaysInvisibleForSixTimesTheTimeout() {
        Resource function = resource("CancelUploadQueueFunction");
        assertThat(
                resource(source(function)).property("VisibilityTimeout").asLong(),
                greaterThanOrEqualTo(6 * function.property("Timeout").asLong()));
    }

    @Test
    void onlyFailedMessagesComeBack() {
        assertEquals(
                "[\"ReportBatchItemFailures\"]",
                resource("CancelUploadQueueFunction")
                        .property("Events")
                        .at("/Messages/Properties/FunctionResponseTypes")
                        .toString());
    }

    @Test
    void aMessageThatNeverSucceedsEndsInTheDeadLetterQueueAndStaysLonger() {
        Resource queue = resource(source(resource("CancelUploadQueueFunction")));
        JsonNode redrive = queue.property("RedrivePolicy");
        Resource deadLetters = resource(attributeOf(redrive.path("deadLetterTargetArn")));
        assertThat(redrive.path("maxReceiveCount").asInt(), greaterThanOrEqualTo(1));
        assertThat(
                deadLetters.property("MessageRetentionPeriod").asLong(),
                greaterThan(queue.property("MessageRetentionPeriod").asLong()));
    }

    @Test
    void theDeadLetterQueueTakesMessagesOfTheQueueAlone() {
        JsonNode name = resource("CancelUploadQueue").property("QueueName").path("Fn::Sub");
        JsonNode sources = resource("CancelUploadDeadLetters")
                .property("RedriveAllowPolicy")
                .path("sourceQueueArns");
        assertEquals(1, sources.size());
        JsonNode source = sources.path(0).path("Fn::Sub");
        assertEquals(
                "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
                        + name.path(0).asText(),
                source.path(0).asText());
        assertEquals(name.path(1), source.path(1));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void noNameIsMadeOfTheStacksWhichMayBeLongerThanAQueuesMayBe(Resource function) {
        // 128 characters. The limits are 80 for a queue's name and 512 for a log group's.
        queues().forEach(queue ->
                assertFalse(queue.property("QueueName").toString().contains("AWS::StackName"), queue.name()));
        assertTrue(function.property("FunctionName").isMissingNode());
    }

    @Test
    void aPausedQueueKeepsItsMessages() {
        JsonNode running = resource("CancelUploadQueueFunction").property("Events");
        assertTrue(running.at("/Messages/Properties/Enabled").asBoolean());
        JsonNode paused =
                resource(deployed("IsQueuePaused"), "CancelUploadQueueFunction").property("Events");
        assertFalse(paused.at("/Messages/Properties/Enabled").asBoolean(true));
    }

    @ParameterizedTest
    @MethodSource("queues")
    void everyQueueIsEncryptedWithTheKeyOfSqsOrTheCustomers(Resource queue) {
        assertTrue(queue.property("SqsManagedSseEnabled").asBoolean());
        Resource withKey = resource(deployed("HasKmsKey"), queue.name());
        assertEquals(ref("KmsKeyArn"), withKey.property("KmsMasterKeyId"));
    }

    @ParameterizedTest
    @MethodSource("queues")
    void everyQueueRefusesToTalkWithoutTls(Resource queue) {
        List<JsonNode> denied = all("AWS::SQS::QueuePolicy")
                .filter(policy -> policy.property("Queues").path(0).equals(ref(queue.name())))
                .flatMap(policy -> stream(policy.property("PolicyDocument").path("Statement")))
                .filter(statement -> statement.path("Effect").asText().equals("Deny"))
                .filter(statement -> attributeOf(statement.path("Resource")).equals(queue.name()))
                .map(statement -> statement.path("Condition"))
                .toList();
        assertEquals("[{\"Bool\":{\"aws:SecureTransport\":\"false\"}}]", denied.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CancelUploadFunction", "CleanUpUploadsFunction"})
    void anAsynchronousFailureIsKeptInAQueueThatTheFunctionMaySendTo(String function) {
        JsonNode destination = resource(function).property("EventInvokeConfig").at("/DestinationConfig/OnFailure");
        assertEquals("SQS", destination.path("Type").asText());
        String role = attributeOf(resource(function).property("Role"));
        assertThat(
                statements(resource(role))
                        .filter(s -> actions(s).contains("sqs:SendMessage"))
                        .map(s -> s.path("Resource"))
                        .toList(),
                is(List.of(destination.path("Destination"))));
    }

    // Logs, metrics and alarms

    @ParameterizedTest
    @MethodSource("logGroups")
    void everyLogGroupForgets(Resource group) {
        assertEquals(ref("LogRetentionDays"), group.property("RetentionInDays"));
    }

    @ParameterizedTest
    @MethodSource("logGroups")
    void everyLogGroupIsEncryptedWithTheCustomersKeyIfThereIsOne(Resource group) {
        assertEquals(
                ref("KmsKeyArn"), resource(deployed("HasKmsKey"), group.name()).property("KmsKeyId"));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionWritesJsonToAGroupOfItsOwnAndToNoOther(Resource function) {
        JsonNode logging = function.property("LoggingConfig");
        assertEquals("JSON", logging.path("LogFormat").asText());
        String group = logging.path("LogGroup").path("Ref").asText();
        assertEquals("AWS::Logs::LogGroup", resource(group).type());
        assertEquals(
                1,
                functions()
                        .filter(f -> f.property("LoggingConfig").equals(logging))
                        .count());
        assertEquals(
                List.of(group),
                statements(resource(attributeOf(function.property("Role"))))
                        .filter(s -> actions(s).stream().anyMatch(action -> action.startsWith("logs:")))
                        .map(s -> attributeOf(s.path("Resource")))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionHasAnAlarmOnItsErrors(Resource function) {
        assertThat(alarmed("AWS/Lambda", "Errors"), hasItem(ref(function.name())));
    }

    @ParameterizedTest
    @MethodSource("queues")
    void everyQueueOfFailuresHasAnAlarm(Resource queue) {
        boolean work = queue.name().equals(source(resource("CancelUploadQueueFunction")));
        assertEquals(
                !work,
                alarmed("AWS/SQS", "ApproximateNumberOfMessagesVisible").stream()
                        .anyMatch(dimension ->
                                dimension.path("Fn::GetAtt").asText().equals(queue.name() + ".QueueName")));
    }

    @ParameterizedTest
    @MethodSource("alarms")
    void everyAlarmNotifiesTheTopicIfThereIsOne(Resource alarm) {
        assertEquals(
                "[" + ref("AlarmTopicArn") + "]",
                resource(deployed("HasAlarmTopic"), alarm.name())
                        .property("AlarmActions")
                        .toString());
    }

    /** The documented metrics of AWS services that an alarm may use, with their dimensions. */
    private static final Map<String, Set<String>> METRICS = Map.of(
            "AWS/Lambda FunctionName",
                    Set.of("Errors", "Throttles", "AsyncEventsDropped", "DestinationDeliveryFailures"),
            "AWS/SQS QueueName", Set.of("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"),
            "AWS/ApiGateway ApiId", Set.of("5xx"),
            "AWS/Scheduler ScheduleGroup",
                    Set.of("InvocationDroppedCount", "TargetErrorCount", "InvocationsFailedToBeSentToDeadLetterCount"));

    @ParameterizedTest
    @MethodSource("alarms")
    void everyAlarmIsOnAMetricThatThereIs(Resource alarm) {
        List<JsonNode> metrics = alarm.property("Metrics").isMissingNode()
                ? List.of(alarm.json().path("Properties"))
                : stream(alarm.property("Metrics"))
                        .filter(metric -> metric.path("Expression").isMissingNode())
                        .map(metric -> metric.at("/MetricStat/Metric"))
                        .toList();
        assertFalse(metrics.isEmpty());
        for (JsonNode metric : metrics) {
            JsonNode dimensions = metric.path("Dimensions");
            String name = metric.path("MetricName").asText();
            if (dimensions.isMissingNode()) {
                assertThat(metric.toString(), counted().keySet(), hasItem(name));
                assertEquals(OWN_METRICS, metric.at("/Namespace/Fn::Sub").asText());
            } else {
                assertEquals(1, dimensions.size());
                String kind = metric.path("Namespace").asText() + " "
                        + dimensions.at("/0/Name").asText();
                assertThat(name, is(in(METRICS.getOrDefault(kind, Set.of()))));
            }
        }
    }

    /** CloudFormation treats metric expressions as text; CloudWatch rejects invalid ones when the stack is created. */
    @Test
    void noAlarmHasAnExpressionButASum() {
        assertEquals(
                Set.of("SUM(METRICS())"),
                alarms().flatMap(alarm -> stream(alarm.property("Metrics")))
                        .map(metric -> metric.path("Expression"))
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::asText)
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void aFailureOfWhichSomebodyHasToKnowIsCountedFromItsLogLineAndNoOtherIs(FailureKind kind) {
        Set<String> expected =
                switch (kind) {
                    case CREDENTIALS_REJECTED -> Set.of("KeyRejected");
                    case UPSTREAM_FAILURE, BUDGET_SPENT, RATE_LIMITED -> Set.of("OpenAIFailures");
                    default -> Set.of();
                };
        JsonNode line = logged(kind);
        for (Resource function : functions().toList()) {
            Set<String> refused = function.name().equals("CleanUpUploadsFunction")
                            && Set.of(FailureKind.INVALID_UPLOAD_ID, FailureKind.REQUEST_REJECTED)
                                    .contains(kind)
                    ? Set.of("CleanUpRefused")
                    : expected;
            assertEquals(
                    refused,
                    filters(function)
                            .filter(f -> matches(f.property("FilterPattern").asText(), line))
                            .map(f -> f.property("MetricTransformations")
                                    .at("/0/MetricName")
                                    .asText())
                            .collect(Collectors.toSet()),
                    function.name());
        }
    }

    @Test
    void anUploadThatIsCancelledIsNoFailure() {
        JsonNode line = Json.object().put("level", "INFO").put("outcome", "cancelled");
        all("AWS::Logs::MetricFilter")
                .forEach(f -> assertFalse(matches(f.property("FilterPattern").asText(), line), f.name()));
    }

    @Test
    void everyCountIsOfOneInTheStacksOwnNamespaceAndWithoutADimension() {
        all("AWS::Logs::MetricFilter").forEach(filter -> {
            assertEquals(1, filter.property("MetricTransformations").size());
            JsonNode metric = filter.property("MetricTransformations").path(0);
            assertEquals(OWN_METRICS, metric.at("/MetricNamespace/Fn::Sub").asText());
            assertEquals("1", metric.path("MetricValue").asText());
            assertTrue(metric.path("Dimensions").isMissingNode());
        });
    }

    @ParameterizedTest
    @CsvSource({
        "AWS/SQS,ApproximateAgeOfOldestMessage,1",
        "AWS/Lambda,AsyncEventsDropped,2",
        "AWS/Lambda,DestinationDeliveryFailures,2",
        "AWS/Scheduler,InvocationDroppedCount,1",
        "AWS/Scheduler,TargetErrorCount,1",
        "AWS/Scheduler,InvocationsFailedToBeSentToDeadLetterCount,1"
    })
    void nothingIsLostWithoutAnAlarm(String namespace, String metric, int alarms) {
        assertEquals(alarms, alarmed(namespace, metric).size());
    }

    @Test
    void noMessageThatIsTriedInTimeIsOldEnoughForTheAlarm() {
        Resource queue = resource("CancelUploadQueue");
        assertThat(
                resource("CancelUploadQueueAgeAlarm").property("Threshold").asLong(),
                greaterThan(queue.property("VisibilityTimeout").asLong()
                        * queue.property("RedrivePolicy")
                                .path("maxReceiveCount")
                                .asLong()));
    }

    @ParameterizedTest
    @MethodSource("alarms")
    void everyAlarmIsInTheRunbook(Resource alarm) throws IOException {
        String name = alarm.name().replaceFirst("Alarm$", "");
        assertThat(Files.readString(Path.of("docs/operate.md")), containsString("| `" + name + "` |"));
    }

    @Test
    void everyParameterIsDocumented() throws IOException {
        String document = Files.readString(Path.of("docs/deploy.md"));
        TEMPLATE.path("Parameters")
                .fieldNames()
                .forEachRemaining(name -> assertThat(document, containsString("`" + name + "`")));
    }

    @Test
    void theDashboardsNameIsTheStacksAndTheRegionsSinceItIsGlobalToTheAccount() {
        assertEquals(
                "${AWS::StackName}-${AWS::Region}",
                only("AWS::CloudWatch::Dashboard")
                        .property("DashboardName")
                        .path("Fn::Sub")
                        .asText());
    }

    @Test
    void everyMetricOnTheDashboardIsOneThatTheLogEmbeds() {
        Set<String> embedded = new TreeSet<>();
        for (JsonNode directive : logged(FailureKind.UPSTREAM_FAILURE).at("/_aws/CloudWatchMetrics")) {
            assertEquals("CancelUpload", directive.path("Namespace").asText());
            String dimensions = stream(directive.path("Dimensions").path(0))
                    .map(JsonNode::asText)
                    .collect(Collectors.joining(","));
            directive
                    .path("Metrics")
                    .forEach(metric -> embedded.add("{CancelUpload," + dimensions + "} "
                            + metric.path("Name").asText()));
        }
        String body = only("AWS::CloudWatch::Dashboard")
                .property("DashboardBody")
                .at("/Fn::Sub/0")
                .asText();
        Set<String> searches = found("SEARCH\\('([^']*)'", body);
        assertEquals(
                embedded,
                searches.stream()
                        .map(search -> search.replaceAll("MetricName=\\\\\"(\\w+).*", "$1"))
                        .collect(Collectors.toSet()));
        // Other stacks in the region have metrics in the same namespace.
        assertThat(searches, everyItem(containsString(" (${Functions})")));
    }

    // Who may do what

    @ParameterizedTest
    @MethodSource("routes")
    void everyRouteAsksForIamCredentials(Resource route) {
        assertEquals("AWS_IAM", route.property("AuthorizationType").asText());
    }

    @ParameterizedTest
    @MethodSource("routes")
    void everyRouteAsksForATokenIfThereIsAnIssuer(Resource route) {
        Resource withIssuer = resource(deployed("HttpWithJwt"), route.name());
        assertEquals("JWT", withIssuer.property("AuthorizationType").asText());
        assertEquals(ref("HttpAuthorizer"), withIssuer.property("AuthorizerId"));
    }

    @Test
    void theOneRouteThatCancelsIsOpenAIs() {
        assertThat(
                all("AWS::ApiGatewayV2::Route")
                        .map(route -> route.property("RouteKey").asText())
                        .toList(),
                is(List.of("POST /v1/uploads/{upload_id}/cancel", "$default")));
    }

    @Test
    void noHeaderOfARequestIsInTheAccessLog() {
        String format = only("AWS::ApiGatewayV2::Stage")
                .property("AccessLogSettings")
                .path("Format")
                .asText();
        assertThat(found("\\$context\\.([A-Za-z.]+)", format), hasItem("requestId"));
        assertFalse(format.toLowerCase().matches(".*(header|authorization).*"), format);
    }

    @Test
    void schedulesMayInvokeTheCleanUpFunctionAndNothingElse() {
        List<JsonNode> statements = statements(resource("SchedulerRole")).toList();
        assertEquals(
                Set.of("lambda:InvokeFunction", "sqs:SendMessage"),
                statements.stream().flatMap(s -> actions(s).stream()).collect(Collectors.toSet()));
        assertEquals(
                List.of("CleanUpUploadsFunction", "CleanUpFailures"),
                statements.stream().map(s -> attributeOf(s.path("Resource"))).toList());
        assertEquals(
                "cleanUpUploads",
                environment(resource("CleanUpUploadsFunction")).get("QUARKUS_FUNQY_EXPORT"));
    }

    @Test
    void onlySchedulesOfTheGroupTakeTheirRole() {
        JsonNode trust =
                resource("SchedulerRole").property("AssumeRolePolicyDocument").path("Statement");
        assertEquals(1, trust.size());
        assertEquals("scheduler.amazonaws.com", trust.at("/0/Principal/Service").asText());
        assertEquals(
                ref("AWS::AccountId"),
                trust.path(0).path("Condition").path("StringEquals").path("aws:SourceAccount"));
        assertEquals(
                "ScheduleGroup",
                attributeOf(trust.path(0).path("Condition").path("ArnEquals").path("aws:SourceArn")));
    }

    @Test
    void aClientThatSchedulesCanPassOnThatRoleAloneAndToSchedulesAlone() {
        List<JsonNode> passing = all("AWS::IAM::ManagedPolicy")
                .flatMap(TemplateTest::statements)
                .filter(s -> actions(s).contains("iam:PassRole"))
                .toList();
        assertEquals(1, passing.size());
        assertEquals("SchedulerRole", attributeOf(passing.get(0).path("Resource")));
        assertEquals(
                "scheduler.amazonaws.com",
                passing.get(0)
                        .path("Condition")
                        .path("StringEquals")
                        .path("iam:PassedToService")
                        .asText());
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionHasARoleOfItsOwnThatOnlyLambdaTakes(Resource function) {
        String role = attributeOf(function.property("Role"));
        assertEquals(
                1,
                functions()
                        .filter(f -> attributeOf(f.property("Role")).equals(role))
                        .count());
        JsonNode trust = resource(role).property("AssumeRolePolicyDocument").path("Statement");
        assertEquals(
                "[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]",
                trust.toString());
    }

    @Test
    void nothingGrantsActionsByWildcard() {
        List<String> granted = policies()
                .flatMap(TemplateTest::statements)
                .flatMap(s -> actions(s).stream())
                .toList();
        assertThat(granted, hasItem("logs:PutLogEvents"));
        assertThat(granted, everyItem(not(containsString("*"))));
    }

    @Test
    void nothingButXrayIsGrantedOnAllResources() {
        assertEquals(Set.of("xray:PutTraceSegments", "xray:PutTelemetryRecords"), grantedOnAll(TEMPLATE));
    }

    @Test
    void inAVpcTheNetworkInterfacesAreGrantedToo() {
        Set<String> granted = grantedOnAll(deployed("HasVpc"));
        granted.removeAll(grantedOnAll(TEMPLATE));
        assertThat(granted, hasItem("ec2:DeleteNetworkInterface"));
        assertThat(granted, everyItem(startsWith("ec2:")));
    }

    private static Set<String> grantedOnAll(JsonNode template) {
        return policies()
                .map(policy -> resource(template, policy.name()))
                .flatMap(TemplateTest::statements)
                .filter(s -> s.path("Resource").asText().equals("*"))
                .flatMap(s -> actions(s).stream())
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyRoleAndPolicyIsWhereTheCompanyWantsItAndWithinItsBounds(Resource policy) {
        assertEquals(ref("RolePath"), policy.property("Path"));
        if (policy.type().equals("AWS::IAM::Role")) {
            assertEquals(
                    ref("PermissionsBoundaryArn"),
                    resource(deployed("HasPermissionsBoundary"), policy.name()).property("PermissionsBoundary"));
        }
    }

    @ParameterizedTest
    @CsvSource({"InvokePolicy,CancelUploadFunction", "CleanUpPolicy,CleanUpUploadsFunction"})
    void aClientThatInvokesMayInvokeItsFunctionAndNothingElse(String policy, String function) {
        List<JsonNode> statements = statements(resource(policy)).toList();
        assertEquals(1, statements.size());
        assertEquals(List.of("lambda:InvokeFunction"), actions(statements.get(0)));
        assertEquals(function, attributeOf(statements.get(0).path("Resource")));
        assertEquals(ref(policy), TEMPLATE.at("/Outputs/" + policy + "Arn/Value"));
    }

    @Test
    void aClientUsesTheCustomersKeyThroughSqsAlone() {
        List<JsonNode> keys = all("AWS::IAM::ManagedPolicy")
                .map(policy -> resource(deployed("HasKmsKey"), policy.name()))
                .flatMap(TemplateTest::statements)
                .filter(s -> actions(s).toString().contains("kms:"))
                .toList();
        assertEquals(1, keys.size());
        assertEquals(
                "sqs.${AWS::Region}.${AWS::URLSuffix}",
                keys.get(0).at("/Condition/StringEquals/kms:ViaService/Fn::Sub").asText());
    }

    @Test
    void noRoleHasAPolicyOfAwsWhichGrantsMoreThanIsNeeded() {
        assertEquals(
                List.of(),
                all("AWS::IAM::Role")
                        .filter(role -> role.property("ManagedPolicyArns").isArray())
                        .toList());
    }

    @Test
    void noKeyMayBeUsedButTheCustomers() {
        assertEquals(
                Set.of(ref("KmsKeyArn")),
                policies()
                        .map(policy -> resource(deployed("HasKmsKey"), policy.name()))
                        .flatMap(TemplateTest::statements)
                        .filter(s -> actions(s).toString().contains("kms:"))
                        .map(s -> s.path("Resource"))
                        .collect(Collectors.toSet()));
        assertFalse(policies()
                .flatMap(TemplateTest::statements)
                .anyMatch(s -> actions(s).toString().contains("kms:")));
    }

    // The resources

    static Stream<Resource> functions() {
        return all("AWS::Serverless::Function");
    }

    static Stream<Resource> queues() {
        return all("AWS::SQS::Queue");
    }

    static Stream<Resource> logGroups() {
        return all("AWS::Logs::LogGroup");
    }

    static Stream<Resource> alarms() {
        return all("AWS::CloudWatch::Alarm");
    }

    static Stream<Resource> routes() {
        return all("AWS::ApiGatewayV2::Route");
    }

    static Stream<Resource> policies() {
        return Stream.concat(all("AWS::IAM::Role"), all("AWS::IAM::ManagedPolicy"));
    }

    private static Stream<Resource> all(String type) {
        List<Resource> resources = TEMPLATE.path("Resources").properties().stream()
                .map(entry -> new Resource(entry.getKey(), TEMPLATE, entry.getValue()))
                .filter(resource -> resource.type().equals(type))
                .toList();
        assertFalse(resources.isEmpty(), "the template has no " + type);
        return resources.stream();
    }

    private static Resource only(String type) {
        List<Resource> resources = all(type).toList();
        assertEquals(1, resources.size());
        return resources.get(0);
    }

    private static Resource resource(String name) {
        return resource(TEMPLATE, name);
    }

    private static Resource resource(JsonNode template, String name) {
        JsonNode resource = template.path("Resources").path(name);
        assertTrue(resource.isObject(), "the template has no " + name);
        return new Resource(name, template, resource);
    }

    private record Resource(String name, JsonNode template, JsonNode json) {

        String type() {
            return json.path("Type").asText();
        }

        /** A property of a resource, with its default from Globals. */
        JsonNode property(String property) {
            JsonNode own = json.path("Properties").path(property);
            if (!type().equals("AWS::Serverless::Function")) {
                return own;
            }
            JsonNode global = template.at("/Globals/Function/" + property);
            if (own.isObject() && global.isObject()) {
                return merged((ObjectNode) global.deepCopy(), (ObjectNode) own);
            }
            return own.isMissingNode() ? global : own;
        }

        private static ObjectNode merged(ObjectNode all, ObjectNode more) {
            more.properties().forEach(entry -> {
                if (all.path(entry.getKey()) instanceof ObjectNode there
                        && entry.getValue() instanceof ObjectNode object) {
                    merged(there, object);
                } else {
                    all.set(entry.getKey(), entry.getValue());
                }
            });
            return all;
        }

        /** The name for the title of a test. */
        @Override
        public String toString() {
            return name;
        }
    }

    private static Map<String, String> environment(Resource function) {
        return function.property("Environment").path("Variables").properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().asText()));
    }

    private static Configuration configuration(Resource function) {
        Map<String, String> environment = new HashMap<>(environment(function));
        environment.put("OPENAI_API_KEY", "sk-none-needed");
        return Configuration.of(environment::get);
    }

    private static Stream<JsonNode> statements(Resource policy) {
        return Stream.concat(
                        Stream.of(policy.property("PolicyDocument")),
                        stream(policy.property("Policies")).map(inline -> inline.path("PolicyDocument")))
                .flatMap(document -> stream(document.path("Statement")));
    }

    private static List<String> actions(JsonNode statement) {
        JsonNode action = statement.path("Action");
        return action.isArray() ? stream(action).map(JsonNode::asText).toList() : List.of(action.asText());
    }

    /** The queue of the function's event source. */
    private static String source(Resource function) {
        return attributeOf(function.property("Events").at("/Messages/Properties/Queue"));
    }

    /** The dimension values of the alarms on a metric. */
    private static Collection<JsonNode> alarmed(String namespace, String metric) {
        return alarms().filter(alarm -> alarm.property("Namespace").asText().equals(namespace))
                .filter(alarm -> alarm.property("MetricName").asText().equals(metric))
                .map(alarm -> alarm.property("Dimensions").path(0).path("Value"))
                .toList();
    }

    /** The stack's own metrics with their metric filters. */
    private static Map<String, List<Resource>> counted() {
        return all("AWS::Logs::MetricFilter")
                .collect(Collectors.groupingBy(filter -> filter.property("MetricTransformations")
                        .at("/0/MetricName")
                        .asText()));
    }

    /** The metric filters on a function's log group. */
    private static Stream<Resource> filters(Resource function) {
        JsonNode group = function.property("LoggingConfig").path("LogGroup");
        return all("AWS::Logs::MetricFilter")
                .filter(filter -> filter.property("LogGroupName").equals(group));
    }

    /**
     * Whether a line matches the pattern of a metric filter. Supports only the form that the template uses: {@code {
     * ($.field = "value") || ($.field = "value") }}.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html">Filter
     *     pattern syntax</a>
     */
    private static boolean matches(String pattern, JsonNode line) {
        String term = "\\(\\$\\.(\\w+) = \"(\\w+)\"\\)";
        assertTrue(pattern.matches("\\{ " + term + "( \\|\\| " + term + ")* }"), pattern);
        Matcher terms = Pattern.compile(term).matcher(pattern);
        boolean matches = false;
        while (terms.find()) {
            assertTrue(line.path(terms.group(1)).isTextual(), terms.group(1) + " is not in " + line);
            matches |= line.path(terms.group(1)).asText().equals(terms.group(2));
        }
        return matches;
    }

    /** The log line of a failed upload. */
    private static JsonNode logged(FailureKind kind) {
        List<String> lines = new ArrayList<>();
        // Other handlers would not get the fields of the record.
        ExtHandler handler = new ExtHandler() {
            @Override
            protected void doPublish(ExtLogRecord record) {
                lines.add(new JsonLogFormatter().format(record));
            }
        };
        Logger logger = Logger.getLogger("cancel-upload");
        logger.addHandler(handler);
        try {
            new InvocationLog()
                    .invocation(Export.CANCEL_UPLOAD, new Outcome.Failure("upload_1", UploadFailure.of(kind, "x"), 1));
        } finally {
            logger.removeHandler(handler);
        }
        assertEquals(1, lines.size());
        return Json.parse(lines.get(0)).orElseThrow();
    }

    private static Set<String> found(String pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    // The template as CloudFormation reads it

    private static JsonNode ref(String name) {
        return new ObjectMapper().createObjectNode().put("Ref", name);
    }

    /** The resource of {@code !GetAtt resource.Arn}. */
    private static String attributeOf(JsonNode getAtt) {
        String attribute = getAtt.path("Fn::GetAtt").asText();
        return attribute.endsWith(".Arn") ? attribute.substring(0, attribute.length() - 4) : "not an ARN: " + getAtt;
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** The template with every {@code Fn::If} resolved: all triggers are on, and these other conditions. */
    static JsonNode deployed(String... conditions) {
        return decided(read(), Set.of(conditions));
    }

    private static JsonNode decided(JsonNode node, Set<String> conditions) {
        JsonNode choice = node.path("Fn::If");
        if (choice.isArray()) {
            String condition = choice.path(0).asText();
            boolean holds = conditions.contains(condition) || TRIGGERS.contains(condition);
            return decided(choice.path(holds ? 1 : 2), conditions);
        }
        if (node instanceof ObjectNode object) {
            ObjectNode decided = object.objectNode();
            object.properties().forEach(entry -> {
                JsonNode value = decided(entry.getValue(), conditions);
                if (!value.equals(ref("AWS::NoValue"))) {
                    decided.set(entry.getKey(), value);
                }
            });
            return decided;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode decided = array.arrayNode();
            array.forEach(element -> {
                JsonNode value = decided(element, conditions);
                if (!value.equals(ref("AWS::NoValue"))) {
                    decided.add(value);
                }
            });
            return decided;
        }
        return node;
    }

    private static JsonNode read() {
        try (Reader file = Files.newBufferedReader(Path.of("template.yaml"))) {
            return new ObjectMapper().valueToTree(new Yaml(new ShortForms()).<Object>load(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code !Sub x} as {@code {"Fn::Sub": "x"}}. */
    private static final class ShortForms extends SafeConstructor {
        ShortForms() {
            super(new LoaderOptions());
            yamlMultiConstructors.put("!", new AbstractConstruct() {
                @Override
                public Object construct(Node node) {
                    String function = node.getTag().getValue().substring(1);
                    boolean plain = function.equals("Ref") || function.equals("Condition");
                    return Map.of(plain ? function : "Fn::" + function, argument(node));
                }
            });
        }

        private Object argument(Node node) {
            if (node instanceof SequenceNode sequence) {
                return constructSequence(sequence);
            }
            return node instanceof MappingNode mapping ? constructMapping(mapping) : constructScalar((ScalarNode) node);
        }
    }
}
