// An independent reader and writer of banks' files: Prowide ISO 20022 and Prowide Core. `write FOLDER` writes camt.052, .053
// and .054 in every version, MT940 and MT942; `read FILE…` prints what Prowide finds in each file, a line of JSON a file.
import com.prowidesoftware.swift.model.field.*;
import com.prowidesoftware.swift.model.mt.mt9xx.MT940;
import com.prowidesoftware.swift.model.mt.mt9xx.MT942;
import com.prowidesoftware.swift.model.mx.AbstractMX;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;

public final class Banks {
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("write")) write(Path.of(arguments[1]));
    else for (int place = 1; place < arguments.length; place++) System.out.println(read(Path.of(arguments[place])));
  }

  private static void write(Path folder) throws Exception {
    String[][] messages = {{"052", "BkToCstmrAcctRpt", "Rpt"}, {"053", "BkToCstmrStmt", "Stmt"},
        {"054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"}};
    for (String[] message : messages)
      for (int version = 2; version <= 13; version++) {
        String number = String.format("%02d", version);
        AbstractMX mx = (AbstractMX) Class
            .forName("com.prowidesoftware.swift.model.mx.MxCamt" + message[0] + "001" + number).getDeclaredConstructor().newInstance();
        fill(mx, message[1], message[2], !message[0].equals("054"));
        Files.writeString(folder.resolve("camt." + message[0] + ".001." + number + ".xml"), mx.message());
      }
    Files.writeString(folder.resolve("MT940.txt"), mt940().message());
    Files.writeString(folder.resolve("MT942.txt"), mt942().message());
  }

  private static void fill(AbstractMX mx, String root, String part, boolean balances) throws Exception {
    set(mx, root + "/GrpHdr/MsgId", "M1");
    set(mx, root + "/GrpHdr/CreDtTm", "2014-11-13T05:00:00+01:00");
    String report = root + "/" + part + "[0]/";
    set(mx, report + "Id", "S-1");
    set(mx, report + "ElctrncSeqNb", "97");
    set(mx, report + "CreDtTm", "2014-11-13T05:00:00+01:00");
    set(mx, report + "FrToDt/FrDtTm", "2014-11-12T00:00:00+01:00");
    set(mx, report + "FrToDt/ToDtTm", "2014-11-12T23:59:59+01:00");
    set(mx, report + "Acct/Id/IBAN", "GB33BUKB20201555555555");
    set(mx, report + "Acct/Ccy", "GBP");
    if (balances) {
      balance(mx, report + "Bal[0]/", "OPBD", "65.25");
      balance(mx, report + "Bal[1]/", "CLBD", "1.31");
    }
    entry(mx, report + "Ntry[0]/", "63.94", "DBIT", "BOOK");
    transaction(mx, report + "Ntry[0]/NtryDtls[0]/TxDtls[0]/", "4097-1", "40.00");
    transaction(mx, report + "Ntry[0]/NtryDtls[0]/TxDtls[1]/", "4098-1", "23.94");
    entry(mx, report + "Ntry[1]/", "5.00", "CRDT", "PDNG");
    entry(mx, report + "Ntry[2]/", "10.00", "DBIT", "BOOK");
    entry(mx, report + "Ntry[3]/", "10.00", "CRDT", "BOOK");
    set(mx, report + "Ntry[3]/RvslInd", "true");
  }

  private static void balance(Object mx, String at, String code, String amount) throws Exception {
    set(mx, at + "Tp/CdOrPrtry/Cd", code);
    set(mx, at + "Amt/Value", amount);
    set(mx, at + "Amt/Ccy", "GBP");
    set(mx, at + "CdtDbtInd", "CRDT");
    set(mx, at + "Dt/Dt", "2014-11-12");
  }

  private static void entry(Object mx, String at, String amount, String side, String status) throws Exception {
    set(mx, at + "Amt/Value", amount);
    set(mx, at + "Amt/Ccy", "GBP");
    set(mx, at + "CdtDbtInd", side);
    // A code in itself in old versions, a choice in newer ones.
    if (!set(mx, at + "Sts", status)) set(mx, at + "Sts/Cd", status);
    set(mx, at + "BookgDt/Dt", "2014-11-12");
    set(mx, at + "AcctSvcrRef", "REF" + at.replaceAll("\\D+", ""));
    set(mx, at + "BkTxCd/Prtry/Cd", "N501");
  }

  private static void transaction(Object mx, String at, String reference, String amount) throws Exception {
    set(mx, at + "Refs/EndToEndId", reference);
    if (set(mx, at + "Amt/Value", amount)) {
      set(mx, at + "Amt/Ccy", "GBP");
      set(mx, at + "CdtDbtInd", "DBIT");
      return;
    }
    set(mx, at + "AmtDtls/TxAmt/Amt/Value", amount);
    set(mx, at + "AmtDtls/TxAmt/Amt/Ccy", "GBP");
  }

  /** Sets a field down a path of element names and makes what is missing on the way. False: this version has no such field. */
  private static boolean set(Object target, String path, String value) throws Exception {
    String[] steps = path.split("/");
    if (!exists(target.getClass(), steps)) return false;
    Object here = target;
    for (int place = 0; place < steps.length - 1; place++) here = down(here, steps[place]);
    Field field = fieldOf(here.getClass(), steps[steps.length - 1]);
    field.set(here, converted(field.getType(), value));
    return true;
  }

  private static boolean exists(Class<?> type, String[] steps) {
    Class<?> here = type;
    for (int place = 0; place < steps.length; place++) {
      Field field = fieldOf(here, steps[place]);
      if (field == null) return false;
      here = itemType(field);
    }
    return here == String.class || here.isEnum() || here.getName().startsWith("java");
  }

  private static Object down(Object here, String step) throws Exception {
    Field field = fieldOf(here.getClass(), step);
    if (List.class.isAssignableFrom(field.getType())) {
      @SuppressWarnings("unchecked")
      List<Object> items = (List<Object>) field.get(here);
      if (items == null) field.set(here, items = new ArrayList<>());
      int index = Integer.parseInt(step.replaceAll(".*\\[(\\d+)\\]", "$1"));
      while (items.size() <= index) items.add(itemType(field).getDeclaredConstructor().newInstance());
      return items.get(index);
    }
    if (field.get(here) == null) field.set(here, field.getType().getDeclaredConstructor().newInstance());
    return field.get(here);
  }

  private static Class<?> itemType(Field field) {
    if (!List.class.isAssignableFrom(field.getType())) return field.getType();
    return (Class<?>) ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
  }

  private static Field fieldOf(Class<?> type, String step) {
    String name = step.replaceAll("\\[.*", "");
    for (Class<?> each = type; each != null; each = each.getSuperclass())
      for (Field field : each.getDeclaredFields())
        if (field.getName().equalsIgnoreCase(name)) {
          field.setAccessible(true);
          return field;
        }
    return null;
  }

  private static Object converted(Class<?> type, String value) throws Exception {
    if (type == String.class) return value;
    if (type == BigDecimal.class) return new BigDecimal(value);
    if (type == Boolean.class || type == boolean.class) return Boolean.valueOf(value);
    if (type == LocalDate.class) return LocalDate.parse(value);
    if (type == OffsetDateTime.class) return OffsetDateTime.parse(value);
    if (type == XMLGregorianCalendar.class) return DatatypeFactory.newInstance().newXMLGregorianCalendar(value);
    if (type.isEnum()) return type.getMethod("fromValue", String.class).invoke(null, value);
    throw new IllegalStateException("no " + type + " from a text");
  }

  private static MT940 mt940() {
    MT940 message = new MT940("BANKGB2LXXXX", "TONGGB2LXXXX");
    message.append(new Field20("STARTUMS"));
    message.append(new Field25("20041177/123456"));
    message.append(new Field28C("97/1"));
    message.append(new Field60F("C141111GBP65,25"));
    message.append(new Field61().setValueDate("141112").setEntryDate("1112").setDebitCreditMark("D").setAmount("63,94")
        .setTransactionType("N").setIdentificationCode("TRF").setReferenceForTheAccountOwner("4097-1")
        .setReferenceOfTheAccountServicingInstitution("REF1"));
    message.append(new Field86("166?00GUTSCHRIFT?20EREF+4097-1?21SVWZ+Payout?32MUSTER GMBH"));
    message.append(new Field61().setValueDate("141112").setEntryDate("1112").setDebitCreditMark("RD").setAmount("10,00")
        .setTransactionType("N").setIdentificationCode("MSC").setReferenceForTheAccountOwner("NONREF"));
    message.append(new Field62F("C141112GBP11,31"));
    return message;
  }

  private static MT942 mt942() {
    MT942 message = new MT942("BANKGB2LXXXX", "TONGGB2LXXXX");
    message.append(new Field20("R1"));
    message.append(new Field25("20041177/123456"));
    message.append(new Field28C("5/1"));
    message.append(new Field34F("GBPD0,"));
    message.append(new Field13D("1411121200+0100"));
    message.append(new Field61().setValueDate("141112").setEntryDate("1112").setDebitCreditMark("C").setAmount("5,")
        .setTransactionType("N").setIdentificationCode("TRF").setReferenceForTheAccountOwner("FX7"));
    return message;
  }

  private static String read(Path file) throws Exception {
    String text = Files.readString(file);
    if (file.toString().endsWith(".txt")) {
      MT940 message = MT940.parse(text);
      String entries = message.getField61().stream().map((each) -> quoted(each.getValue())).collect(Collectors.joining(","));
      return "{\"id\":\"MT940\",\"opening\":" + quoted(message.getField60F().getAmountAsBigDecimal().toPlainString())
          + ",\"closing\":" + quoted(message.getField62F().getAmountAsBigDecimal().toPlainString())
          + ",\"entries\":[" + entries + "]}";
    }
    AbstractMX mx = AbstractMX.parse(text);
    if (mx == null) return "{\"id\":null}";
    // Written again by Prowide: what it did not understand is not in it.
    return "{\"id\":" + quoted(mx.getMxId().id()) + ",\"again\":" + quoted(mx.message()) + "}";
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char each : text.toCharArray())
      if (each < ' ' || each == '"' || each == '\\' || each > '~') out.append(String.format("\\u%04x", (int) each));
      else out.append(each);
    return out.append('"').toString();
  }
}
