// A new password: the present one first. The person's other sessions end.
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { codeOf, type Say, tell, time, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';

interface Typed {
  readonly password: string;
  readonly newPassword: string;
  readonly again: string;
}

const shortest = 12;

/** As the server sees it, which has the last word: not the name, and not a few characters again and again. */
const isWeak = (typed: string, username: string): boolean =>
  typed.length >= shortest &&
  (typed.toLowerCase().includes(username.toLowerCase()) || new Set(typed).size < 5);

/** The fields of a form in which somebody chooses a password: typed twice. */
export function NewPassword({ username }: { username: string }) {
  const say = useWords();
  return (
    <>
      <Form.Item
        name="newPassword"
        label={say('newPassword')}
        extra={say('passwordRule')}
        rules={[
          { required: true, min: shortest, message: say('passwordRule') },
          {
            validator: async (_, typed: string | undefined) => {
              if (isWeak(typed ?? '', username)) throw new Error(say('passwordWeak'));
            },
          },
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="again"
        label={say('newPasswordAgain')}
        dependencies={['newPassword']}
        rules={[
          ({ getFieldValue }) => ({
            validator: async (_, typed) => {
              if (typed !== getFieldValue('newPassword')) throw new Error(say('passwordsDiffer'));
            },
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
    </>
  );
}

export function Password({ member }: Pick<PageProps, 'member'>) {
  const say = useWords();
  const [form] = Form.useForm<Typed>();
  const change = useMutation({
    mutationFn: ({ password, newPassword }: Typed) => tell('/password', { password, newPassword }),
    onSuccess: () => form.resetFields(),
  });
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="password"
      onFinish={change.mutate}
      disabled={change.isPending}
    >
      <p className="muted">{say('passwordText')}</p>
      {/* For password managers: whose password it is. */}
      <input hidden readOnly autoComplete="username" value={member.username} />
      <Form.Item name="password" label={say('presentPassword')} rules={[{ required: true, message: '' }]}>
        <Input.Password autoComplete="current-password" maxLength={200} />
      </Form.Item>
      <NewPassword username={member.username} />
      <div aria-live="assertive">
        {change.isSuccess && <Alert type="success" showIcon title={say('passwordChanged')} className="gap" />}
        {change.error !== null && (
          <Alert type="error" showIcon title={refusalText(say, change.error)} className="gap" />
        )}
      </div>
      <Button type="primary" htmlType="submit" loading={change.isPending}>
        {say('changePassword')}
      </Button>
    </Form>
  );
}

function refusalText(say: Say, error: unknown): string {
  const code = codeOf(error);
  if (code === 'PASSWORD_WRONG') return say('presentPasswordWrong');
  if (code === 'PASSWORD_WEAK') return say('passwordWeak');
  const until = (error as { retryAt?: string }).retryAt;
  if (code === 'LOCKED' && until !== undefined) return say('lockedUntil', { time: time(until) });
  return say('failedText');
}
