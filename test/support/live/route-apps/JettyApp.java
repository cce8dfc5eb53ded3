import java.io.IOException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

/** Answers with the name of the servlet that Jetty chose. */
public class JettyApp {
  static class Named extends HttpServlet {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
      response.setStatus(name.equals("none") ? 404 : 200);
      response.getWriter().print("route " + name);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    for (String name : new String[] {"public", "closed", "orders", "items"}) {
      context.addServlet(new ServletHolder(new Named(name)), "/" + name + "/*");
    }
    context.addServlet(new ServletHolder(new Named("none")), "/");
    server.setHandler(context);
    server.start();
    System.out.println("port " + connector.getLocalPort());
    server.join();
  }
}
