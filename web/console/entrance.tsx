// The entrance of the console: signing in, and what every page before it is framed by.
import { useMutation } from '@tanstack/react-query';
import type { FactorAsked, Proof, SignedIn } from '@tongbao/protocol/console';
import { Alert, Button, Form, Input, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import coin from '../ui/coin.svg';
import { changeLanguage } from '../ui/i18n.ts';
import { tell, useWords } from './ask.ts';
import { ProofForm } from './proof.tsx';
import { entranceRefusal } from './refusals.ts';

export const Brand = () => (
  <span className="brand">
    <img src={coin} alt="" width="28" height="28" /> Tongbao
  </span>
);

export function Languages() {
  const { i18n, t } = useTranslation();
  return (
    <Select
      aria-label={t('language')}
      value={i18n.language.startsWith('zh') ? 'zh-CN' : 'en'}
      variant="borderless"
      onChange={(language: 'zh-CN' | 'en') => void changeLanguage(language)}
      options={[
        { value: 'zh-CN', label: '中文' },
        { value: 'en', label: 'English' },
      ]}
    />
  );
}

export const Entrance = (props: { title: string; children: ReactNode }) => (
  <main className="entrance">
    <div className="entrance-card">
      <div className="entrance-head">
        <Brand />
        <Languages />
      </div>
      <h1>{props.title}</h1>
      {props.children}
    </div>
  </main>
);

interface Typed {
  readonly username: string;
  readonly password: string;
}

/** Name and password, then the second factor for who has one. */
export function SignIn(props: { onSignedIn: () => void }) {
  const say = useWords();
  const [asked, setAsked] = useState<{ typed: Typed; factor: FactorAsked } | null>(null);
  const enter = useMutation({
    mutationFn: (typed: Typed) => tell<SignedIn | FactorAsked>('/session', typed),
    onSuccess: (answer, typed) => {
      if ('factorAsked' in answer) setAsked({ typed, factor: answer });
      else props.onSignedIn();
    },
  });
  if (asked !== null) {
    const { typed, factor } = asked;
    return (
      <Entrance title={say('proveTitle')}>
        <ProofForm
          asked={factor}
          send={async (proof: Proof) => {
            await tell('/session', { ...typed, proof });
            props.onSignedIn();
          }}
          again={() => enter.mutate(typed)}
        />
        <Button type="link" block onClick={() => setAsked(null)}>
          {say('otherName')}
        </Button>
      </Entrance>
    );
  }
  return (
    <Entrance title={say('signInTo')}>
      <Form layout="vertical" requiredMark={false} onFinish={enter.mutate} disabled={enter.isPending}>
        <Form.Item name="username" label={say('username')} rules={[{ required: true, message: '' }]}>
          <Input autoComplete="username" autoCapitalize="none" size="large" autoFocus />
        </Form.Item>
        <Form.Item name="password" label={say('password')} rules={[{ required: true, message: '' }]}>
          <Input.Password autoComplete="current-password" size="large" />
        </Form.Item>
        <div aria-live="assertive">
          {enter.error !== null && (
            <Alert type="error" showIcon title={entranceRefusal(say, enter.error)} className="gap" />
          )}
        </div>
        <Button type="primary" htmlType="submit" size="large" block loading={enter.isPending}>
          {say('enter')}
        </Button>
      </Form>
    </Entrance>
  );
}
