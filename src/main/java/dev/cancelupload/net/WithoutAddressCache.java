package dev.cancelupload.net;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * Disables the JDK's DNS cache in the executable, for addresses and for unknown names. A property cannot do this: the
 * JDK's cache times are fixed at image build time.
 */
@TargetClass(className = "sun.net.InetAddressCachePolicy")
final class WithoutAddressCache {

    private WithoutAddressCache() {}

    @Substitute
    static int get() {
        return 0;
    }

    @Substitute
    static int getNegative() {
        return 0;
    }
}
