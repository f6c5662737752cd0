package upstream;

/** Initializes the class of the REST client that has a static empty buffer, without Quarkus: see with -Xlog:class+load. */
public final class EmptyBuffer {

    private EmptyBuffer() {}

    /** @throws ClassNotFoundException if the class has another name by now */
    public static void main(String[] arguments) throws ClassNotFoundException {
        System.out.println("before");
        Class.forName("org.jboss.resteasy.reactive.client.impl.AsyncInvokerImpl");
        System.out.println("after");
    }
}
