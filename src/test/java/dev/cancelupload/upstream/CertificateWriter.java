package dev.cancelupload.upstream;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** X.509 certificates, valid from ten days ago on. */
final class CertificateWriter {

    private static final Duration AGE = Duration.ofDays(10);
    private static final AtomicLong SERIAL = new AtomicLong(System.currentTimeMillis());

    private CertificateWriter() {}

    /** A self-signed certificate authority. */
    static X509Certificate root(String name, KeyPair keys) {
        X500Principal itself = new X500Principal("CN=" + name);
        try {
            return signed(
                    certificate(itself, itself, keys.getPublic(), 40)
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(true)),
                    keys.getPrivate());
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate for one host name, valid for this many days from its start. */
    static X509Certificate server(String host, PublicKey key, int days, X509Certificate issuer, PrivateKey issuerKey) {
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.dNSName, host));
        try {
            return signed(
                    certificate(issuer.getSubjectX500Principal(), new X500Principal("CN=" + host), key, days)
                            .addExtension(Extension.subjectAlternativeName, false, names),
                    issuerKey);
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509v3CertificateBuilder certificate(
            X500Principal issuer, X500Principal subject, PublicKey key, int days) {
        Instant start = Instant.now().minus(AGE);
        return new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(SERIAL.incrementAndGet()),
                Date.from(start),
                Date.from(start.plus(Duration.ofDays(days))),
                subject,
                key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder certificate, PrivateKey issuerKey) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(certificate.build(new JcaContentSignerBuilder("SHA384withECDSA").build(issuerKey)));
        } catch (OperatorCreationException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }
}
