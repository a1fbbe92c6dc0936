// The import of one file: chosen or dropped, sent with its progress, and what became of each statement in it; or the line and
// the element that are wrong.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CsvProfiles, ImportedStatement } from '@tongbao/protocol/console';
import { Alert, Button, Form, Input, Modal, Progress, Select, Space, Upload } from 'antd';
import { useState } from 'react';
import { useAsk, useWords } from './ask.ts';
import { Failed } from './pieces.tsx';
import { sendFile } from './send-file.ts';

interface Typed {
  readonly format?: string;
  readonly bank?: string;
  readonly profile?: string;
  readonly account?: string;
  readonly statementId?: string;
  readonly currency?: string;
  readonly from?: string;
  readonly to?: string;
}
interface Answer {
  readonly statements: ImportedStatement[];
}
const day = /^\d{4}-\d\d-\d\d$/;

export function ImportFile({ leave, toBreaks }: { leave: () => void; toBreaks: () => void }) {
  const say = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<Typed>();
  const [file, choose] = useState<File | null>(null);
  const [isMissing, setMissing] = useState(false);
  const [sent, setSent] = useState(0);
  const doing = useMutation({
    mutationFn: ({ chosen, typed }: { chosen: File; typed: Typed }) => {
      setSent(0);
      return sendFile<Answer>(pathOf(chosen, typed), chosen, setSent);
    },
    onSuccess: () => queries.invalidateQueries(),
  });
  const done = doing.data !== undefined;
  return (
    <Modal
      open
      title={say('importFile')}
      onCancel={leave}
      maskClosable={!doing.isPending}
      footer={
        <Space wrap>
          {done && doing.data.statements.some((each) => each.breakCount > 0) && (
            <Button onClick={toBreaks}>{say('toBreaks')}</Button>
          )}
          <Button onClick={leave} disabled={doing.isPending}>
            {say(done ? 'done' : 'cancel')}
          </Button>
          {!done && (
            <Button type="primary" onClick={() => form.submit()} loading={doing.isPending}>
              {say('importFile')}
            </Button>
          )}
        </Space>
      }
    >
      {done ? (
        <Results statements={doing.data.statements} />
      ) : (
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          disabled={doing.isPending}
          initialValues={{ format: '', profile: '' }}
          onFinish={(typed) => {
            setMissing(file === null);
            if (file !== null) doing.mutate({ chosen: file, typed });
          }}
        >
          <Upload.Dragger
            maxCount={1}
            beforeUpload={(chosen) => {
              choose(chosen);
              doing.reset();
              // A CSV says nothing of itself, so what it needs is asked at once.
              if (/\.csv$/i.test(chosen.name))
                form.setFieldsValue({ format: 'csv', statementId: chosen.name.slice(0, -4).slice(0, 64) });
              return false;
            }}
            onRemove={() => choose(null)}
            fileList={file === null ? [] : [{ uid: '1', name: file.name, size: file.size }]}
          >
            <p>{say('chooseFile')}</p>
            <p className="muted">{say('fileHelp')}</p>
          </Upload.Dragger>
          <div aria-live="assertive" className="below">
            {isMissing && file === null && <Alert type="error" showIcon title={say('fileNeeded')} />}
          </div>
          <Told />
        </Form>
      )}
      <div aria-live="polite">
        {doing.isPending && <OnTheWay sent={sent} />}
        {doing.error !== null && (
          <div ref={(shown) => shown?.scrollIntoView({ block: 'nearest' })}>
            <Alert type="error" showIcon title={say('importRefused')} description={doing.error.message} />
          </div>
        )}
      </div>
    </Modal>
  );
}

const pathOf = (file: File, typed: Typed): string => {
  const said = Object.entries({ ...typed, name: file.name.slice(0, 200) }).flatMap(([name, value]) =>
    value === undefined || value.trim() === '' ? [] : [[name, value.trim()]],
  );
  return `/api/console/statements?${new URLSearchParams(said)}`;
};

/** What a file does not say of itself. CSV says least. */
function Told() {
  const say = useWords();
  const form = Form.useFormInstance<Typed>();
  const isCsv = Form.useWatch('format', form) === 'csv';
  const profiles = useAsk<CsvProfiles>('/csv-profiles', isCsv);
  if (profiles.isError) return <Failed again={() => void profiles.refetch()} />;
  const currency = { pattern: /^[A-Z]{3}$/, message: say('notACurrency') };
  const days = { pattern: day, message: say('notADay') };
  return (
    <>
      <Form.Item name="format" label={say('fileFormat')}>
        <Select
          options={[
            { value: '', label: say('formatByContent') },
            { value: 'camt', label: 'camt.052, camt.053, camt.054' },
            { value: 'mt940', label: 'MT940, MT942' },
            { value: 'csv', label: 'CSV' },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="bank"
        label={say('cardBank')}
        extra={say('cardBankHelp')}
        rules={[{ pattern: /^[A-Z0-9]{1,20}$/, message: say('cardBankHelp') }]}
      >
        <Input maxLength={20} autoCapitalize="characters" />
      </Form.Item>
      {isCsv && (
        <>
          <Form.Item name="profile" label={say('csvProfile')}>
            <Select
              loading={profiles.isPending}
              options={[
                { value: '', label: say('plainProfile') },
                ...(profiles.data?.profiles ?? []).map(({ name }) => ({ value: name, label: name })),
              ]}
            />
          </Form.Item>
          <Form.Item
            name="account"
            label={say('ourAccount')}
            dependencies={['bank']}
            rules={[
              ({ getFieldValue }) => ({
                required: (getFieldValue('bank') ?? '') === '',
                message: say('needed'),
              }),
            ]}
          >
            <Input maxLength={64} />
          </Form.Item>
          <Form.Item
            name="statementId"
            label={say('statementName')}
            rules={[{ required: true, message: say('needed') }]}
          >
            <Input maxLength={64} />
          </Form.Item>
          <Form.Item
            name="currency"
            label={say('currency')}
            rules={[{ required: true, message: say('needed') }, currency]}
          >
            <Input maxLength={3} autoCapitalize="characters" />
          </Form.Item>
          <div className="pair">
            <Form.Item name="from" label={say('fromDay')} rules={[days]}>
              <Input maxLength={10} placeholder="2014-11-12" />
            </Form.Item>
            <Form.Item name="to" label={say('toDay')} rules={[days]}>
              <Input maxLength={10} placeholder="2014-11-12" />
            </Form.Item>
          </div>
          <p className="muted">{say('daysHelp')}</p>
        </>
      )}
    </>
  );
}

function OnTheWay({ sent }: { sent: number }) {
  const say = useWords();
  const percent = Math.floor(sent * 100);
  return (
    <>
      <Progress
        percent={percent}
        status={percent < 100 ? 'active' : 'normal'}
        showInfo={false}
        aria-label={say('importFile')}
      />
      <p className="muted">{percent < 100 ? say('sending', { percent }) : say('comparing')}</p>
    </>
  );
}

function Results({ statements }: { statements: readonly ImportedStatement[] }) {
  const say = useWords();
  return (
    <div role="status" className="results">
      {statements.map((each) => (
        <Alert
          key={each.id}
          showIcon
          type={each.known ? 'info' : each.breakCount > 0 ? 'warning' : 'success'}
          title={`${each.account} · ${each.statement}`}
          description={
            <>
              {each.fromDay === each.toDay ? each.fromDay : `${each.fromDay} – ${each.toDay}`}
              <br />
              {each.known
                ? say('importKnown')
                : say('importResult', {
                    lines: each.lines,
                    matched: each.matched,
                    notBooked: each.notBooked,
                    breaks: each.breakCount,
                  })}
              {!each.known && each.version > 1 && <div>{say('correctionOf', { version: each.version })}</div>}
            </>
          }
        />
      ))}
    </div>
  );
}
