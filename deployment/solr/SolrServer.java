import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import javax.servlet.DispatcherType;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves one Solr home over HTTP, on the loopback interface only.
 *
 * <p>Usage: {@code java SolrServer HOME PORT}. HOME is a folder that holds solr.xml and the cores; cores already
 * there are found by their core.properties. Logs go to standard output. SIGTERM and SIGINT close the cores (an open
 * index is committed) before the process ends. Exit codes: 2 for a wrong command line, 1 when Solr did not start.
 *
 * <p>The wiring repeats the web.xml of Solr's own distribution: a listener that makes the core container and a filter
 * that answers every path. The admin pages are not part of it.
 */
public final class SolrServer {
  private static final int LONGEST_REQUEST_LINE = 64 * 1024;
  private static final int THREADS = 64;
  private static final long MILLISECONDS_TO_FINISH = 5_000;

  private SolrServer() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2 || !arguments[1].matches("[0-9]{1,5}")) {
      refuse("Usage: java SolrServer HOME PORT");
    }
    Path home = Path.of(arguments[0]).toAbsolutePath().normalize();
    if (!Files.isRegularFile(home.resolve("solr.xml"))) {
      refuse("No solr.xml in " + home + ": copy deployment/solr/home there first.");
    }
    int port = Integer.parseInt(arguments[1]);
    prepare(home, port);

    Server server = new Server(new QueuedThreadPool(THREADS, 4));
    server.addConnector(connector(server, port));
    server.setHandler(solr());
    server.setStopAtShutdown(true);
    server.setStopTimeout(MILLISECONDS_TO_FINISH);
    try {
      server.start();
    } catch (IOException error) {
      System.err.println("Solr cannot listen on 127.0.0.1:" + port + ": " + error.getMessage());
      System.exit(1);
    }
    server.join();
  }

  /** Sets what Solr reads from system properties; a value given on the command line stands. */
  private static void prepare(Path home, int port) {
    setDefault("solr.solr.home", home.toString());
    setDefault("solr.install.dir", home.toString());
    setDefault("log4j2.configurationFile", home.resolve("log4j2.xml").toString());
    setDefault("solr.log.dir", home.resolve("logs").toString());
    setDefault("jetty.port", Integer.toString(port));
    setDefault("jetty.host", "127.0.0.1");
    // A core is what its files say: no request changes its configuration.
    setDefault("disable.configEdit", "true");
    setDefault("user.timezone", "UTC");
    setDefault("java.awt.headless", "true");
  }

  private static void setDefault(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }

  private static ServerConnector connector(Server server, int port) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(LONGEST_REQUEST_LINE);
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    return connector;
  }

  private static ServletContextHandler solr() {
    ServletContextHandler context = new ServletContextHandler(ServletContextHandler.NO_SESSIONS);
    context.setContextPath("/solr");
    context.addEventListener(new CoreContainerProvider());
    context.addFilter(new FilterHolder(SolrDispatchFilter.class), "/*", EnumSet.of(DispatcherType.REQUEST));
    // Jetty runs a filter only in front of a servlet; what Solr does not answer is not found.
    context.addServlet(NotFound.class, "/*");
    return context;
  }

  private static void refuse(String message) {
    System.err.println(message);
    System.exit(2);
  }

  /** Answers 404 to a path that no core and no admin handler took. */
  public static final class NotFound extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
    }
  }
}
