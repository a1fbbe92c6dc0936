// The entrance of the console: signing in, and what every page before it is framed by.
import { useMutation } from '@tanstack/react-query';
import type { Member } from '@tongbao/protocol/console';
import { Alert, Button, Form, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import coin from '../ui/coin.svg';
import { changeLanguage } from '../ui/i18n.ts';
import { codeOf, type Say, tell, time, useWords } from './ask.ts';

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

export function SignIn(props: { onSignedIn: () => void }) {
  const say = useWords();
  const enter = useMutation({
    mutationFn: (typed: { username: string; password: string }) => tell<Member>('/session', typed),
    onSuccess: props.onSignedIn,
  });
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

/** What stopped somebody at the entrance, in words. */
export function entranceRefusal(say: Say, error: unknown): string {
  const code = codeOf(error);
  if (code === 'PASSWORD_WRONG') return say('passwordWrong');
  if (code === 'PASSWORD_WEAK') return say('passwordWeak');
  if (code === 'LINK_UNUSABLE') return say('linkUnusable');
  const until = (error as { retryAt?: string }).retryAt;
  if (code === 'LOCKED' && until !== undefined) return say('lockedUntil', { time: time(until) });
  return say('failedText');
}
