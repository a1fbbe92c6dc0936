// The fields of a CSV profile as a form, and the profile that they mean.
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useWords } from './ask.ts';

export const columnNames = [
  ...(['date', 'amount', 'debit', 'credit', 'side', 'reference'] as const),
  ...(['number', 'currency', 'charge', 'text'] as const),
];
type ColumnName = (typeof columnNames)[number];

export interface TypedProfile {
  readonly name: string;
  readonly delimiter: string;
  readonly quote: string;
  readonly encoding?: string;
  readonly skipLines: number;
  readonly skipLastLines: number;
  readonly header: boolean;
  readonly columns: Partial<Record<ColumnName, string>>;
  readonly debitSigns?: string;
  readonly creditSigns?: string;
  readonly debitsArePositive: boolean;
  readonly dateFormat: string;
  readonly decimal: string;
  readonly grouping: string;
  readonly currency?: string;
}

const usual: TypedProfile = {
  ...{ name: '', delimiter: ';', quote: '"', skipLines: 0, skipLastLines: 0, header: true, columns: {} },
  ...{ debitsArePositive: false, dateFormat: 'YYYY-MM-DD', decimal: '.', grouping: '' },
};

const isEmpty = (text: string | undefined): boolean => (text ?? '').trim() === '';

/** A place is a number, a header's name a text. */
export function profileOf(typed: TypedProfile): object {
  const { encoding, currency, debitSigns, creditSigns, columns, ...rest } = typed;
  const named = Object.entries(columns).flatMap(([name, at]) =>
    isEmpty(at) ? [] : [[name, /^\d{1,3}$/.test(at.trim()) ? Number.parseInt(at, 10) : at.trim()]],
  );
  const signs = (text: string | undefined) => text!.split(/[,，]/).map((each) => each.trim());
  return {
    ...rest,
    columns: Object.fromEntries(named),
    ...(isEmpty(encoding) ? {} : { encoding: encoding!.trim() }),
    ...(isEmpty(currency) ? {} : { currency: currency!.trim() }),
    ...(isEmpty(debitSigns) ? {} : { debitSigns: signs(debitSigns) }),
    ...(isEmpty(creditSigns) ? {} : { creditSigns: signs(creditSigns) }),
  };
}

/** A kept profile in the form's fields. */
export function typedOf(profile: Readonly<Record<string, unknown>> | undefined): TypedProfile {
  if (profile === undefined) return usual;
  const { columns, debitSigns, creditSigns, ...rest } = profile;
  return {
    ...usual,
    ...rest,
    columns: Object.fromEntries(Object.entries(columns as object).map(([name, at]) => [name, `${at}`])),
    debitSigns: ((debitSigns as string[] | undefined) ?? []).join(', '),
    creditSigns: ((creditSigns as string[] | undefined) ?? []).join(', '),
  };
}

export function ProfileFields({ isNew }: { isNew: boolean }) {
  const say = useWords();
  const needed = { required: true, message: say('needed') };
  return (
    <>
      <Form.Item
        name="name"
        label={say('profileName')}
        extra={say('profileNameHelp')}
        rules={[needed, { pattern: /^[a-z0-9][a-z0-9-]{0,39}$/, message: say('profileNameHelp') }]}
      >
        <Input maxLength={40} disabled={!isNew} autoCapitalize="none" />
      </Form.Item>
      <TextFields />
      <h2>{say('columnsTitle')}</h2>
      <div className="pair">
        {columnNames.map((name) => (
          <Form.Item
            key={name}
            name={['columns', name]}
            label={say(`column-${name}`)}
            rules={name === 'date' ? [needed] : []}
          >
            <Input maxLength={100} />
          </Form.Item>
        ))}
        <Form.Item name="debitSigns" label={say('debitSigns')} extra={say('signsHelp')}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="creditSigns" label={say('creditSigns')} extra={say('signsHelp')}>
          <Input maxLength={200} />
        </Form.Item>
      </div>
      <Form.Item name="debitsArePositive" valuePropName="checked">
        <Checkbox>{say('debitsArePositive')}</Checkbox>
      </Form.Item>
    </>
  );
}

/** How the text is written: lines, signs, days, figures. */
function TextFields() {
  const say = useWords();
  return (
    <>
      <div className="pair">
        <Form.Item name="delimiter" label={say('delimiter')}>
          <Select options={[option(','), option(';'), option('|'), option('\t', say('tab'))]} />
        </Form.Item>
        <Form.Item name="quote" label={say('quoteSign')}>
          <Select options={[option('"'), option("'")]} />
        </Form.Item>
        <Form.Item name="skipLines" label={say('skipLines')}>
          <InputNumber min={0} max={100} precision={0} />
        </Form.Item>
        <Form.Item name="skipLastLines" label={say('skipLastLines')}>
          <InputNumber min={0} max={100} precision={0} />
        </Form.Item>
        <Form.Item
          name="dateFormat"
          label={say('dateFormat')}
          rules={[{ required: true, message: say('needed') }]}
        >
          <Input maxLength={20} placeholder="DD.MM.YYYY" />
        </Form.Item>
        <Form.Item
          name="currency"
          label={say('currency')}
          rules={[{ pattern: /^[A-Z]{3}$/, message: say('notACurrency') }]}
        >
          <Input maxLength={3} autoCapitalize="characters" />
        </Form.Item>
        <Form.Item name="decimal" label={say('decimal')}>
          <Select options={[option('.'), option(',')]} />
        </Form.Item>
        <Form.Item name="grouping" label={say('grouping')}>
          <Select
            options={[
              option('', say('none')),
              ...[',', '.', "'"].map((sign) => option(sign)),
              option(' ', say('space')),
            ]}
          />
        </Form.Item>
      </div>
      <Form.Item name="encoding" label={say('encoding')} extra={say('encodingHelp')}>
        <Input maxLength={40} autoCapitalize="none" />
      </Form.Item>
      <Form.Item name="header" valuePropName="checked">
        <Checkbox>{say('hasHeader')}</Checkbox>
      </Form.Item>
    </>
  );
}

const option = (value: string, label: string = value) => ({ value, label });
