// How banks write their CSV: the profiles that there are, and a new one, tried on a sample before it is kept.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CsvProfiles, TriedSample } from '@tongbao/protocol/console';
import { Alert, Button, Drawer, Form, Input, Upload } from 'antd';
import { useState } from 'react';
import { amount, tell, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ProfileFields, profileOf, type TypedProfile, typedOf } from './profile-fields.tsx';

type Kept = CsvProfiles['profiles'][number];
const mostSampleBytes = 256 * 1024;

export function Profiles({ member }: PageProps) {
  const say = useWords();
  const [opened, open] = useState<{ from: Kept | null } | null>(null);
  const answer = useAsk<CsvProfiles>('/csv-profiles');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const isMaker = member.role === 'maker';
  return (
    <>
      <p className="lead">{say('noProfilesText')}</p>
      {isMaker && (
        <div className="tools">
          <Button type="primary" onClick={() => open({ from: null })}>
            {say('addProfile')}
          </Button>
        </div>
      )}
      <Wide<Kept>
        label={say('navProfiles')}
        rowKey="name"
        dataSource={answer.data?.profiles ?? []}
        loading={answer.isPending}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        showHeader={false}
        locale={{ emptyText: <Nothing title={say('noProfiles')} /> }}
        expandable={{ expandedRowRender: (kept) => <Facts profile={kept.profile} /> }}
        columns={[
          {
            title: say('navProfiles'),
            render: (_, kept) => (
              <div className="break">
                <strong>{kept.name}</strong>
                <div className="muted">
                  {say('profileVersion', { version: kept.version })}
                  <br />
                  {say('byWhom', { who: kept.createdBy, time: time(kept.createdAt) })}
                </div>
                {isMaker && (
                  <div>
                    <Button onClick={() => open({ from: kept })}>{say('newVersion')}</Button>
                  </div>
                )}
              </div>
            ),
          },
        ]}
      />
      {opened !== null && <Add {...opened} leave={() => open(null)} />}
    </>
  );
}

/** All that the profile says, as it is kept. */
const Facts = ({ profile }: { profile: Kept['profile'] }) => (
  <dl className="facts">
    {Object.entries(profile).map(([name, value]) => (
      <div key={name} className="fact">
        <dt>{name}</dt>
        <dd>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>
      </div>
    ))}
  </dl>
);

function Add({ from, leave }: { from: Kept | null; leave: () => void }) {
  const say = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<TypedProfile & { reason: string }>();
  const [sample, choose] = useState<File | null>(null);
  const trying = useMutation({
    mutationFn: async (typed: TypedProfile) =>
      tell<TriedSample>('/csv-profiles/try', {
        profile: profileOf(typed),
        sample: await base64Of(sample!),
      }),
  });
  const adding = useMutation({
    mutationFn: ({ reason, ...typed }: TypedProfile & { reason: string }) =>
      tell<{ name: string; version: number }>('/csv-profiles', { profile: profileOf(typed), reason }),
    onSuccess: () => queries.invalidateQueries(),
  });
  const isTooLarge = sample !== null && sample.size > mostSampleBytes;
  return (
    <Drawer open onClose={leave} size="large" title={say(from === null ? 'addProfile' : 'newVersion')}>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={typedOf(from?.profile)}
        onFinish={adding.mutate}
      >
        <ProfileFields isNew={from === null} />
        <h2>{say('sample')}</h2>
        <div className="tools">
          <Upload
            maxCount={1}
            beforeUpload={(chosen) => {
              choose(chosen);
              trying.reset();
              return false;
            }}
            onRemove={() => choose(null)}
            fileList={sample === null ? [] : [{ uid: '1', name: sample.name }]}
          >
            <Button>{say('chooseSample')}</Button>
          </Upload>
          <Button
            disabled={sample === null || isTooLarge}
            loading={trying.isPending}
            onClick={() =>
              void form.validateFields(fieldsTried).then(() => trying.mutate(form.getFieldsValue()))
            }
          >
            {say('trySample')}
          </Button>
        </div>
        <div aria-live="polite" className="results">
          {isTooLarge && <Alert type="error" showIcon title={say('sampleTooLarge')} />}
          {trying.error !== null && <Alert type="error" showIcon title={trying.error.message} />}
          {trying.data !== undefined && <Tried read={trying.data} />}
        </div>
        <Form.Item
          name="reason"
          label={say('reason')}
          rules={[{ required: true, whitespace: true, message: say('reasonNeeded') }]}
        >
          <Input.TextArea rows={2} maxLength={500} showCount />
        </Form.Item>
        <div aria-live="assertive" className="results">
          {adding.error !== null && <Alert type="error" showIcon title={adding.error.message} />}
          {adding.data !== undefined && (
            <Alert type="success" showIcon title={say('profileAdded', adding.data)} />
          )}
        </div>
        <Button type="primary" htmlType="submit" loading={adding.isPending}>
          {say('addIt')}
        </Button>
      </Form>
    </Drawer>
  );
}

/** A sample can be tried before anybody has said why. */
const fieldsTried = ['name', ['columns', 'date'], 'dateFormat', 'currency'];

function Tried({ read }: { read: TriedSample }) {
  const say = useWords();
  return (
    <>
      <Alert
        type="success"
        showIcon
        title={say('sampleRead', { count: read.count, from: read.fromDay, to: read.toDay })}
      />
      <Wide<TriedSample['lines'][number]>
        label={say('sample')}
        rowKey={(line) => `${line.number} ${line.day} ${line.reference} ${line.amount}`}
        dataSource={read.lines}
        size="small"
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        columns={[
          { title: say('column-date'), dataIndex: 'day', className: 'number' },
          { title: say('reference'), dataIndex: 'reference' },
          {
            title: say('amount'),
            align: 'right',
            render: (_, line) => <span className="number">{amount(line.currency, line.amount)}</span>,
          },
          {
            title: say('column-charge'),
            align: 'right',
            render: (_, line) => (line.charge === '0' ? '' : amount(line.currency, line.charge)),
          },
        ]}
      />
    </>
  );
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let from = 0; from < bytes.length; from += 8192)
    text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}
