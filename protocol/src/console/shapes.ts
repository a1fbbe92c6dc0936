// What the console's operations are made of.
import { z } from 'zod';

export const Role = z.enum(['merchant', 'maker', 'checker', 'auditor', 'admin']);
export type Role = z.infer<typeof Role>;
/**
 * What a merchant's member may do at the shop. owner: everything, its people too · finance: settlements, files, refunds ·
 * developer: keys, signatures, notifications · viewer: looks.
 */
export const ShopRole = z.enum(['owner', 'finance', 'developer', 'viewer']);
export type ShopRole = z.infer<typeof ShopRole>;

export const Amount = z.string().regex(/^-?\d+$/);
export const Instant = z.iso.datetime();
export const Currency = z.string().length(3);
export const Page = { limit: z.coerce.number().int().min(1).max(200).default(50) };
export const Before = z
  .string()
  .regex(/^\d{1,18}$/)
  .optional();

/** Whoever looks at money. Admins open and end access, and see none of it. */
export const everybody = ['merchant', 'maker', 'checker', 'auditor'] as const;
export const operators = ['maker', 'checker', 'auditor'] as const;
export const anybody = [...everybody, 'admin'] as const;
export const Ok = z.object({ ok: z.literal(true) });
export const ObjectId = z.object({ id: z.string().regex(/^\d{1,18}$/) });
export const Reason = z.string().trim().min(1).max(500);

export interface Operation {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Who may; null for the sign-in itself. */
  readonly roles: readonly Role[] | null;
  /** Which of a merchant's members may. Absent: all may look, the owner alone changes something. */
  readonly shopRoles?: readonly ShopRole[];
  /** Asks for a proof of who acts that is no older than ten minutes; answers PROOF_NEEDED otherwise. */
  readonly fresh?: boolean;
  /** Open to who has no second factor yet where one is needed. */
  readonly enrols?: boolean;
  /** People and tokens: not by an access token, unless it may do that. */
  readonly manages?: boolean;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
}

export const table = <Table extends Readonly<Record<string, Operation>>>(operations: Table): Table =>
  operations;

/** Which of a merchant's members may do this. */
export const shopRolesOf = ({
  method,
  shopRoles,
}: Pick<Operation, 'method' | 'shopRoles'>): readonly ShopRole[] =>
  shopRoles ?? (method === 'GET' ? ShopRole.options : ['owner']);
