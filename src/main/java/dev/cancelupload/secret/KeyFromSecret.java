package dev.cancelupload.secret;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.ApiKey;
import dev.cancelupload.config.ApiKeySecret;
import dev.cancelupload.config.ApiKeys;
import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.config.Variable;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The API key of a secret: read during init, again when it is older than its time to live, and again when OpenAI
 * refuses it. What is read is masked from then on, and so is what it replaces.
 */
public final class KeyFromSecret implements ApiKeys {

    /** Of Lambda's ten seconds for init. */
    static final Duration INIT = Duration.ofSeconds(3);

    /** For a key that is probably the one we have, a caller does not wait long. */
    static final Duration REFRESH = Duration.ofSeconds(1);

    /** After a refusal there is nothing else to do. */
    static final Duration AFTER_REFUSAL = Duration.ofSeconds(3);

    /** How long to wait after a reading that failed, or that after a refusal brought the key that was refused. */
    static final Duration PAUSE = Duration.ofSeconds(30);

    private static final Logger LOG = Logger.getLogger(KeyFromSecret.class);

    private final ApiKeySecret secret;
    private final SecretsManager secretsManager;
    private final LongSupplier timeOfDay;

    /** One reading at a time. The fields below, but for the key, belong to whoever has it. */
    private final ReentrantLock reading = new ReentrantLock();

    /** Until the first one is read, what the warm-up takes for one; nothing is sent before. */
    private volatile ApiKey key = new ApiKey("none-yet");
    /** In milliseconds of the time of day, since the other clock may stand still while the sandbox is frozen. */
    private volatile long readAt;
    /** How long the key is not to be read again after {@link #readAt}. */
    private volatile long restMillis;

    private long refusedAt = Long.MIN_VALUE;

    /**
     * @param secret which, where, and by which right
     * @param transport to Secrets Manager
     */
    public KeyFromSecret(ApiKeySecret secret, HttpTransport transport) {
        this(secret, transport, System::currentTimeMillis);
    }

    /** @param timeOfDay in milliseconds */
    KeyFromSecret(ApiKeySecret secret, HttpTransport transport, LongSupplier timeOfDay) {
        this.secret = secret;
        this.secretsManager = new SecretsManager(secret, transport);
        this.timeOfDay = timeOfDay;
    }

    /**
     * Reads it for the first time, within {@link #INIT}.
     *
     * @throws ConfigurationError if there is no key to be had
     */
    public void readAtInit() {
        reading.lock();
        try {
            install(read(Budget.of(INIT)));
        } catch (UnreadableSecret e) {
            throw new ConfigurationError(Variable.OPENAI_API_KEY_SECRET + ": " + described(e) + ".");
        } finally {
            reading.unlock();
        }
    }

    @Override
    public ApiKey current() {
        return key;
    }

    /** One of those who find it too old reads it again; the others go on with the one there is. */
    @Override
    public void refresh(Budget budget) {
        if (!isDue() || !reading.tryLock()) {
            return;
        }
        try {
            if (isDue()) {
                reread(part(budget, REFRESH));
            }
        } finally {
            reading.unlock();
        }
    }

    private boolean isDue() {
        return hasPassed(readAt, restMillis);
    }

    /** Whether so long has passed; nobody knows it if the clock was set back. */
    private boolean hasPassed(long since, long millis) {
        long passed = timeOfDay.getAsLong() - since;
        return passed < 0 || passed >= millis;
    }

    @Override
    public boolean replaced(ApiKey refused, Budget budget) {
        if (!key.isSameAs(refused)) {
            return true;
        }
        Budget part = part(budget, AFTER_REFUSAL);
        try {
            if (!reading.tryLock(part.left().toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            boolean askedJustNow = refusedAt != Long.MIN_VALUE && !hasPassed(refusedAt, PAUSE.toMillis());
            if (key.isSameAs(refused) && !askedJustNow) {
                reread(part);
                refusedAt = key.isSameAs(refused) ? timeOfDay.getAsLong() : Long.MIN_VALUE;
            }
            return !key.isSameAs(refused);
        } finally {
            reading.unlock();
        }
    }

    /** What of an invocation's time a reading may take: never so much that nothing is left for OpenAI. */
    private static Budget part(Budget budget, Duration most) {
        Duration half = budget.left().dividedBy(2);
        return budget.atMost(half.compareTo(most) < 0 ? half : most);
    }

    private void reread(Budget budget) {
        try {
            ApiKey read = read(budget);
            if (!read.isSameAs(key)) {
                LOG.info("The secret of " + Variable.OPENAI_API_KEY_SECRET
                        + " has another API key now, which is used from here on");
            }
            install(read);
        } catch (UnreadableSecret e) {
            rest(PAUSE);
            LOG.warn("The API key was not read again, and the one that was read before is used: " + described(e));
        }
    }

    private void install(ApiKey read) {
        if (!read.isSameAs(key)) {
            read.redaction().after(Redaction.current()).install();
            key = read;
        }
        rest(secret.timeToLive());
    }

    private void rest(Duration rest) {
        restMillis = rest.toMillis();
        readAt = timeOfDay.getAsLong();
    }

    private String described(UnreadableSecret e) {
        return "the secret \"" + secret.shownName() + "\" " + e.getMessage();
    }

    private ApiKey read(Budget budget) throws UnreadableSecret {
        String text = secretsManager.secretString(budget);
        String value = secret.field().isPresent() ? field(text, secret.field().get()) : whole(text);
        if (value.isBlank()) {
            throw UnreadableSecret.lasting("is empty; put the API key into it");
        }
        try {
            return new ApiKey(value);
        } catch (IllegalArgumentException e) {
            throw UnreadableSecret.lasting("cannot be sent as a header (its value is not shown): " + e.getMessage()
                    + "; look for a line break or a quote around it");
        }
    }

    private static String whole(String text) throws UnreadableSecret {
        if (text.stripLeading().startsWith("{")) {
            throw UnreadableSecret.lasting("is a JSON object: say in " + Variable.OPENAI_API_KEY_SECRET_FIELD
                    + " which of its fields holds the API key");
        }
        return text;
    }

    private static String field(String text, String name) throws UnreadableSecret {
        Optional<JsonNode> object = Json.parse(text).filter(JsonNode::isObject);
        if (object.isEmpty()) {
            throw UnreadableSecret.lasting("is no JSON object, and " + Variable.OPENAI_API_KEY_SECRET_FIELD
                    + " is set: unset it if the secret is the API key and nothing else");
        }
        JsonNode field = object.get().path(name);
        if (!field.isTextual()) {
            throw UnreadableSecret.lasting(
                    "has no text in the field that " + Variable.OPENAI_API_KEY_SECRET_FIELD + " names");
        }
        return field.textValue();
    }
}
