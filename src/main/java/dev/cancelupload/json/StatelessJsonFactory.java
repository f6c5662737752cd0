package dev.cancelupload.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.ByteSourceJsonBootstrapper;
import com.fasterxml.jackson.core.json.ReaderBasedJsonParser;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import com.fasterxml.jackson.core.sym.CharsToNameCanonicalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/**
 * A JSON factory without caches. Jackson's own shares a table of field names among all parsers, bounded in entries but
 * not in bytes, and interns every name; a native executable never collects interned strings. A caller that sends new
 * names with each request would exhaust the memory.
 */
public final class StatelessJsonFactory extends JsonFactory {

    private static final long serialVersionUID = 1;

    /** @param limits on the length of names, numbers and strings and on nesting */
    public StatelessJsonFactory(StreamReadConstraints limits) {
        super(new JsonFactoryBuilder().disable(Feature.INTERN_FIELD_NAMES).streamReadConstraints(limits));
    }

    private StatelessJsonFactory(StatelessJsonFactory source) {
        super(source, null);
    }

    @Override
    public JsonFactory copy() {
        return new StatelessJsonFactory(this);
    }

    @Override
    protected JsonParser _createParser(InputStream in, IOContext context) throws IOException {
        try {
            return parser(new ByteSourceJsonBootstrapper(context, in));
        } catch (IOException | RuntimeException e) {
            context.close();
            throw e;
        }
    }

    @Override
    protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context) throws IOException {
        return parser(new ByteSourceJsonBootstrapper(context, data, offset, length));
    }

    @Override
    protected JsonParser _createParser(Reader reader, IOContext context) {
        return new ReaderBasedJsonParser(context, _parserFeatures, reader, _objectCodec, names().makeChild());
    }

    @Override
    protected JsonParser _createParser(char[] data, int offset, int length, IOContext context, boolean recyclable) {
        return new ReaderBasedJsonParser(
                context,
                _parserFeatures,
                null,
                _objectCodec,
                names().makeChild(),
                data,
                offset,
                offset + length,
                recyclable);
    }

    private JsonParser parser(ByteSourceJsonBootstrapper source) throws IOException {
        return source.constructParser(
                _parserFeatures, _objectCodec, ByteQuadsCanonicalizer.createRoot(), names(), _factoryFeatures);
    }

    /** A symbol table with its own hash seed: a seed from the image heap would be the same in every process. */
    private CharsToNameCanonicalizer names() {
        return CharsToNameCanonicalizer.createRoot(this, (int) System.nanoTime() | 1);
    }
}
