// A dialog that asks for what an act needs and sends it. A refusal stays in the dialog, with what was typed.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Form, type FormInstance, Modal } from 'antd';
import type { ReactNode } from 'react';
import { tell, useWords } from './ask.ts';

export function TellDialog<Typed extends object, Answer = unknown>(props: {
  readonly title: string;
  /** Where the act is sent. */
  readonly path: string;
  /** What goes with what is typed. */
  readonly body?: object | undefined;
  /** What is sent of what was typed; absent: all of it as it is. */
  readonly shape?: ((typed: Typed) => object) | undefined;
  /** What the fields begin with. */
  readonly begin?: Partial<Typed> | undefined;
  readonly okText?: string;
  /** Absent: the dialog's own. */
  readonly form?: FormInstance<Typed>;
  /** What it is about, above the form. */
  readonly about?: ReactNode;
  /** The form's fields. */
  readonly children: ReactNode;
  /** Another text than the server's for a refusal. */
  readonly refusal?: ((error: unknown) => string) | undefined;
  /** After everything was asked anew. */
  readonly onDone?: (answer: Answer, typed: Typed) => void;
  readonly leave: () => void;
  /** Who opened the dialog closes it, when it is done. */
  readonly stays?: boolean;
}) {
  const say = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<Typed>(props.form);
  const doing = useMutation({
    mutationFn: (typed: Typed) =>
      tell<Answer>(props.path, { ...props.body, ...(props.shape?.(typed) ?? typed) }),
    onSuccess: async (answer, typed) => {
      await queries.invalidateQueries();
      props.onDone?.(answer, typed);
      if (props.stays !== true) props.leave();
    },
  });
  const { error } = doing;
  return (
    <Modal
      open
      title={props.title}
      onCancel={props.leave}
      okText={props.okText ?? say('confirm')}
      cancelText={say('cancel')}
      confirmLoading={doing.isPending}
      onOk={() => form.submit()}
    >
      {props.about}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(typed) => doing.mutate(typed)}
        {...(props.begin === undefined ? {} : { initialValues: props.begin })}
      >
        {props.children}
        {error !== null && <Alert type="error" showIcon title={props.refusal?.(error) ?? error.message} />}
      </Form>
    </Modal>
  );
}
