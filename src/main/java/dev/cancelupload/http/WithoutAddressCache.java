package dev.cancelupload.http;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * How many seconds the JDK keeps the addresses of a name, and that it is unknown: none. Its own figures are in the
 * executable from when that was built, so that no property changes them.
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
