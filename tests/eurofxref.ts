// Rates for a production server under test, in the form that the European Central Bank publishes.

/** A European Central Bank document for a day, with the rates of 11 November 2014. */
export function eurofxref(at: Date): string {
  const rates = { USD: '1.2424', CNY: '7.6107', KRW: '1358.51', JPY: '143.72', GBP: '0.78280' };
  const cubes = Object.entries(rates).map(
    ([currency, rate]) => `<Cube currency='${currency}' rate='${rate}'/>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<Cube><Cube time='${at.toISOString().slice(0, 10)}'>${cubes.join('')}</Cube></Cube></gesmes:Envelope>`;
}
