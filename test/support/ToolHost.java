import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Apache Kafka's command-line tools one after the other in one JVM: starting one takes longer than most tools do.
 * Each line of the standard input is a call, with blanks between: main class, standard input, arguments, all in base64. It is
 * answered by a line: exit code, standard output, standard error.
 */
public class ToolHost {
    /** A tool that asks for the end of its process gets the end of its call. */
    static class Ended extends Error {
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        BufferedReader calls = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = calls.readLine()) != null; ) {
            List<String> call = new ArrayList<>();
            for (String field : line.split(" ", -1)) call.add(new String(Base64.getDecoder().decode(field), "UTF-8"));
            answers.println(run(call.get(0), call.get(1), call.subList(2, call.size()).toArray(String[]::new)));
            answers.flush();
        }
    }

    static String run(String mainClass, String input, String[] arguments) throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(input.getBytes("UTF-8")));
        System.setOut(new PrintStream(output, true, "UTF-8"));
        System.setErr(new PrintStream(errors, true, "UTF-8"));
        List<Runnable> hooks = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        // Some tools catch whatever is thrown, the end of their call among it: what they do and say after it does not count.
        Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
        Exit.setExitProcedure((code, message) -> {
            if (ends.isEmpty()) ends.add(end(code, hooks, output, errors));
            throw new Ended();
        });
        boolean isDone = call(mainClass, arguments);
        return ends.isEmpty() ? end(isDone ? 0 : 1, hooks, output, errors) : ends.get(0);
    }

    static String end(int code, List<Runnable> hooks, ByteArrayOutputStream output, ByteArrayOutputStream errors) {
        for (Runnable hook : hooks) hook.run();
        System.out.flush();
        System.err.flush();
        Base64.Encoder encoder = Base64.getEncoder();
        return code + " " + encoder.encodeToString(output.toByteArray()) + " " + encoder.encodeToString(errors.toByteArray());
    }

    static boolean call(String mainClass, String[] arguments) throws Exception {
        try {
            Class.forName(mainClass).getMethod("main", String[].class).invoke(null, (Object) arguments);
            return true;
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof Ended)) thrown.getCause().printStackTrace();
            return false;
        }
    }
}
