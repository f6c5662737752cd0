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
 * The API key in a secret of AWS Secrets Manager. Read during init, again when it is older than its time to live, and
 * again when OpenAI refuses it. Each key that was read is masked from then on, and so is the one that it replaces.
 */
public final class KeyFromSecret implements ApiKeys {

    /** Bound on the read during init, for which Lambda allows ten seconds. */
    static final Duration INIT_TIMEOUT = Duration.ofSeconds(3);

    /** Bound on a refresh: the key has probably not changed, so a caller does not wait long for it. */
    static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(1);

    /** Bound on the read after a 401: without another key the call has failed. */
    static final Duration REFUSED_KEY_TIMEOUT = Duration.ofSeconds(3);

    /** The least time to the next read after one that failed, or that returned the key that OpenAI had refused. */
    static final Duration RETRY_INTERVAL = Duration.ofSeconds(30);

    private static final Logger LOG = Logger.getLogger(KeyFromSecret.class);

    private final ApiKeySecret secret;
    private final SecretsManager secretsManager;
    private final LongSupplier clock;

    /** Held while the secret is read. Guards the fields below except the key. */
    private final ReentrantLock lock = new ReentrantLock();

    /** A placeholder for the warm-up until the first key is read; no request is sent before. */
    private volatile ApiKey key = new ApiKey("none-yet");
    /** In wall-clock milliseconds, since the monotonic clock may stop while the sandbox is frozen. */
    private volatile long readAt;
    /** How long after {@link #readAt} the key is used without another read. */
    private volatile long validMillis;

    private long refusedAt = Long.MIN_VALUE;

    /**
     * @param secret names the secret, its endpoint and the credentials
     * @param transport sends the requests to Secrets Manager
     */
    public KeyFromSecret(ApiKeySecret secret, HttpTransport transport) {
        this(secret, transport, System::currentTimeMillis);
    }

    /** @param clock the time of day in milliseconds */
    KeyFromSecret(ApiKeySecret secret, HttpTransport transport, LongSupplier clock) {
        this.secret = secret;
        this.secretsManager = new SecretsManager(secret, transport);
        this.clock = clock;
    }

    /**
     * Reads the key for the first time, within {@link #INIT_TIMEOUT}.
     *
     * @throws ConfigurationError if the key cannot be read
     */
    public void readAtInit() {
        lock.lock();
        try {
            install(read(Budget.of(INIT_TIMEOUT)));
        } catch (UnreadableSecret e) {
            throw new ConfigurationError(Variable.OPENAI_API_KEY_SECRET + ": " + described(e) + ".");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ApiKey current() {
        return key;
    }

    /** If the key is too old, one thread reads it again; the others continue with the old one. */
    @Override
    public void refresh(Budget budget) {
        if (!isDue() || !lock.tryLock()) {
            return;
        }
        try {
            if (isDue()) {
                reread(shareOf(budget, REFRESH_TIMEOUT));
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isDue() {
        return hasElapsed(readAt, validMillis);
    }

    /** Whether this much time has passed; true if the clock went backwards, since the time is then unknown. */
    private boolean hasElapsed(long since, long millis) {
        long passed = clock.getAsLong() - since;
        return passed < 0 || passed >= millis;
    }

    @Override
    public boolean refreshAfterRefusal(ApiKey refused, Budget budget) {
        if (!key.isSameAs(refused)) {
            return true;
        }
        Budget share = shareOf(budget, REFUSED_KEY_TIMEOUT);
        try {
            if (!lock.tryLock(share.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            boolean readRecently = refusedAt != Long.MIN_VALUE && !hasElapsed(refusedAt, RETRY_INTERVAL.toMillis());
            if (key.isSameAs(refused) && !readRecently) {
                reread(share);
                refusedAt = key.isSameAs(refused) ? clock.getAsLong() : Long.MIN_VALUE;
            }
            return !key.isSameAs(refused);
        } finally {
            lock.unlock();
        }
    }

    /** Limits a read to half of the invocation's remaining time, so that the rest is left for OpenAI. */
    private static Budget shareOf(Budget budget, Duration max) {
        Duration half = budget.remaining().dividedBy(2);
        return budget.atMost(half.compareTo(max) < 0 ? half : max);
    }

    private void reread(Budget budget) {
        try {
            ApiKey read = read(budget);
            if (!read.isSameAs(key)) {
                LOG.info("The secret of " + Variable.OPENAI_API_KEY_SECRET
                        + " has another API key now, which is used from now on");
            }
            install(read);
        } catch (UnreadableSecret e) {
            keepFor(RETRY_INTERVAL);
            LOG.warn("The API key was not read again, and the previous one stays in use: " + described(e));
        }
    }

    private void install(ApiKey read) {
        if (!read.isSameAs(key)) {
            read.redaction().after(Redaction.current()).install();
            key = read;
        }
        keepFor(secret.timeToLive());
    }

    private void keepFor(Duration time) {
        validMillis = time.toMillis();
        readAt = clock.getAsLong();
    }

    private String described(UnreadableSecret e) {
        return "the secret \"" + secret.shownName() + "\" " + e.getMessage();
    }

    private ApiKey read(Budget budget) throws UnreadableSecret {
        String text = secretsManager.secretString(budget);
        String value = secret.field().isPresent() ? field(text, secret.field().get()) : plainText(text);
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

    private static String plainText(String text) throws UnreadableSecret {
        if (text.stripLeading().startsWith("{")) {
            throw UnreadableSecret.lasting("is a JSON object: say in " + Variable.OPENAI_API_KEY_SECRET_FIELD
                    + " which of its fields holds the API key");
        }
        return text;
    }

    private static String field(String text, String name) throws UnreadableSecret {
        Optional<JsonNode> object = Json.parse(text).filter(JsonNode::isObject);
        if (object.isEmpty()) {
            throw UnreadableSecret.lasting("is not a JSON object, and " + Variable.OPENAI_API_KEY_SECRET_FIELD
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
