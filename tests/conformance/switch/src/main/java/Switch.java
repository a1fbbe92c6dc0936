// A card switch made of jPOS: it signs members on, takes and gives back money once for each operation, and can be told on its
// standard input to misbehave. It answers each command with one line on its standard output.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.jpos.core.SimpleConfiguration;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.ISORequestListener;
import org.jpos.iso.ISOServer;
import org.jpos.iso.ISOSource;
import org.jpos.iso.channel.NACChannel;
import org.jpos.iso.packager.ISO87APackager;
import org.jpos.util.Logger;
import org.jpos.util.SimpleLogListener;
import org.jpos.util.ThreadPool;

public class Switch implements ISORequestListener {
  /** What was decided, by who asked, the trace number, the time and the retrieval reference. */
  private static final class Operation {
    String code;
    long moved;
    boolean reversed;
  }

  private final Map<String, Operation> operations = new HashMap<>();
  private final Map<String, Integer> heard = new HashMap<>();
  /** What holders of `token-code` are asked, by our reference. */
  private static final class Question {
    String code;
    int tries = 3;
    long endsMs;
    long resendMs;
  }

  private final Map<String, Question> questions = new HashMap<>();
  private int codes = 0;
  private long passedMs = 0;
  private String told;
  private long taken = 0;
  private String mood = "normal";
  private boolean signedOn = false;
  /** Whether every card is one of its own; else only `token-1`. */
  private final boolean anyCard = "any".equals(System.getenv("SWITCH_CARDS"));
  private long balance = anyCard ? 10_000_000 : 100_000;
  private ISOMsg held;
  private ISOSource heldFor;

  private static ISOServer server;

  public static void main(String[] args) throws Exception {
    Switch bank = new Switch();
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    start(port, bank);
    System.out.println("port " + port);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null;) {
      String said;
      try {
        said = bank.obey(line.trim(), port);
      } catch (Exception error) {
        said = "failed: " + error;
      }
      System.out.println(said);
      System.out.flush();
    }
    System.exit(0);
  }

  private static void start(int port, Switch bank) throws Exception {
    NACChannel channel = new NACChannel(new ISO87APackager(), new byte[0]);
    server = new ISOServer(port, channel, new ThreadPool(1, 50));
    server.setConfiguration(new SimpleConfiguration());
    // Only what goes wrong is worth reading.
    Logger logger = new Logger();
    if (System.getenv("SWITCH_LOG") != null) logger.addListener(new SimpleLogListener(System.err));
    channel.setLogger(logger, "channel");
    server.setLogger(logger, "server");
    server.addISORequestListener(bank);
    new Thread(server).start();
  }

  private String obey(String command, int port) throws Exception {
    if (command.equals("taken")) return "taken " + taken;
    if (command.startsWith("heard ")) return "heard " + heard.getOrDefault(command.substring(6), 0);
    if (command.startsWith("code ")) return "code " + questions.get(command.substring(5)).code;
    if (command.startsWith("pass ")) {
      passedMs += Long.parseLong(command.substring(5));
      return "passed";
    }
    if (command.equals("release")) {
      // The answer that was held comes at last.
      heldFor.send(held);
      return "released";
    }
    if (command.equals("down")) {
      server.shutdown();
      return "down";
    }
    if (command.equals("up")) {
      start(port, this);
      return "up";
    }
    synchronized (this) {
      mood = command;
    }
    return "mood " + command;
  }

  @Override
  public synchronized boolean process(ISOSource source, ISOMsg asked) {
    try {
      String type = asked.getMTI();
      heard.merge(type, 1, Integer::sum);
      ISOMsg answer = (ISOMsg) asked.clone();
      answer.setResponseMTI();
      if (type.startsWith("08")) {
        signedOn = true;
        answer.set(39, "00");
        source.send(answer);
        return true;
      }
      told = null;
      answer.set(39, signedOn ? decide(type, asked) : "58");
      if (told != null) answer.set(63, told);
      answer.unset(90);
      if (mood.equals("answer-lost")) return true;
      if (mood.equals("late")) {
        held = answer;
        heldFor = source;
        return true;
      }
      if (mood.equals("wrong-amount")) answer.set(4, "000000000001");
      source.send(answer);
      if (mood.equals("twice")) source.send(answer);
    } catch (Exception error) {
      error.printStackTrace();
    }
    return true;
  }

  /** What the holder of the card has still to say, as a response code; null when they have said it, or need not. */
  private String question(ISOMsg asked) throws ISOException {
    if (!asked.getString(48).equals("token-code") || asked.getString(3).startsWith("20")) return null;
    String[] parts = asked.getString(63).trim().split("\\|");
    String said = parts.length > 1 ? parts[1] : "";
    Question open = questions.get(parts[0]);
    if (open == null) {
      open = new Question();
      open.code = freshCode();
      open.endsMs = passedMs + 300_000;
      open.resendMs = passedMs + 60_000;
      questions.put(parts[0], open);
    }
    if (passedMs >= open.endsMs) return "54";
    if (said.equals("C=" + open.code)) return null;
    if (said.startsWith("C=")) open.tries -= 1;
    if (open.tries == 0) return "75";
    if (said.equals("R=1") && passedMs >= open.resendMs) {
      open.code = freshCode();
      open.resendMs = passedMs + 60_000;
    }
    told = parts[0] + "|P=138****0001|L=6|T=" + open.tries + "|E=" + (open.endsMs - passedMs) / 1000
        + "|R=" + Math.max(0, open.resendMs - passedMs) / 1000;
    return "65";
  }

  private String freshCode() {
    codes += 1;
    return String.format("%06d", 481_516 + codes * 7_919);
  }

  private String decide(String type, ISOMsg asked) throws ISOException {
    String time = type.startsWith("04") ? asked.getString(90).substring(10, 20) : asked.getString(7);
    String trace = type.startsWith("04") ? asked.getString(90).substring(4, 10) : asked.getString(11);
    String key = asked.getString(32) + " " + trace + " " + time + " " + asked.getString(37).trim();
    Operation known = operations.get(key);
    if (type.startsWith("04")) {
      if (known == null) {
        // What comes later under this number is late, and not done any more.
        Operation never = new Operation();
        never.code = "94";
        never.reversed = true;
        operations.put(key, never);
        return "25";
      }
      if (!known.reversed) {
        balance += known.moved;
        taken -= known.moved;
        known.reversed = true;
        known.code = "94";
      }
      return "00";
    }
    if (known != null) return known.code;
    Operation made = new Operation();
    String question = question(asked);
    if (question != null) {
      // Asked is not decided: the same message again is asked the same.
      if (question.equals("65")) return question;
      made.code = question;
      operations.put(key, made);
      return question;
    }
    long amount = Long.parseLong(asked.getString(4));
    long moved = asked.getString(3).startsWith("20") ? -amount : amount;
    if (!anyCard && !asked.getString(48).equals("token-1") && !asked.getString(48).equals("token-code")) made.code = "14";
    else if (mood.equals("decline")) made.code = "05";
    else if (moved > balance) made.code = "51";
    else {
      made.code = "00";
      made.moved = moved;
      balance -= moved;
      taken += moved;
    }
    operations.put(key, made);
    return made.code;
  }
}
