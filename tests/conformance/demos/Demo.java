import java.lang.reflect.Method;

/** Starts one public method of one of the SDK's demo classes: `Demo CLASS METHOD`. */
final class Demo {
  public static void main(String[] args) throws Exception {
    Class<?> demo = Class.forName(args[0]);
    if (args[1].equals("main")) {
      Method main = demo.getMethod("main", String[].class);
      main.invoke(null, (Object) new String[0]);
    } else {
      demo.getMethod(args[1]).invoke(null);
    }
  }
}
