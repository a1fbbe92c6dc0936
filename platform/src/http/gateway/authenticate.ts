// Who is calling: partner, sign type, signature, in this order (reference, sections 1.3 and 2.1).
import {
  ambiguityOf,
  type ReceivedForm,
  receivedSigningBytes,
  type ServiceName,
  type SignType,
  signTypes,
} from '@tongbao/protocol/gateway';
import type { MerchantAccess } from '../../merchants/index.ts';
import { explainSignature } from './doctor.ts';
import { type GatewayParts, GatewayRefusal } from './parts.ts';
import { isSignedBy } from './signing.ts';

export async function authenticate(
  parts: Pick<GatewayParts, 'merchants' | 'clock' | 'explain'>,
  form: ReceivedForm,
  service: ServiceName,
): Promise<{ access: MerchantAccess; signType: SignType }> {
  const text = (name: string): string => form.parameters.get(name)?.text ?? '';
  const partner = text('partner');
  const access = /^\d{16}$/.test(partner) ? await parts.merchants.findByPartner(partner) : null;
  if (access === null) throw new GatewayRefusal('ILLEGAL_PARTNER');
  const now = parts.clock.now();
  // A suspended merchant still refunds and asks; what would bring it money is refused by the payments room.
  if (access.contract.liveFrom > now)
    throw new GatewayRefusal('ILLEGAL_PARTNER_EXTERFACE', 'the service is not enabled for this partner');
  const sign = text('sign');
  // The only service that may come unsigned: it tells nothing that its asker does not hold already.
  if (service === 'notify_verify' && sign === '') return { access, signType: 'MD5' };
  const signType = signTypes.find((known) => known === text('sign_type'));
  if (signType === undefined)
    throw new GatewayRefusal('ILLEGAL_SIGN_TYPE', 'sign_type is MD5, RSA or RSA2, in capital letters');
  if (!access.merchant.classicSignTypes.includes(signType))
    throw new GatewayRefusal(
      'ILLEGAL_SIGN_TYPE',
      `this partner signs with ${access.merchant.classicSignTypes.join(' or ')} only`,
    );
  const bytes = receivedSigningBytes(form.parameters);
  if (sign !== '' && (await isSignedBy(access, { bytes, signType, sign }, now))) {
    const ambiguity = ambiguityOf(form.parameters);
    if (ambiguity !== null) throw new GatewayRefusal('ILLEGAL_ARGUMENT', ambiguity.why);
    return { access, signType };
  }
  const why =
    parts.explain && sign !== ''
      ? explainSignature(form, { signType, sign, access, others: await othersThan(access, parts) })
      : '';
  throw new GatewayRefusal('ILLEGAL_SIGN', why);
}

const othersThan = async (
  { merchant }: MerchantAccess,
  { merchants }: Pick<GatewayParts, 'merchants'>,
): Promise<MerchantAccess[]> =>
  (await merchants.list()).filter((other) => other.merchant.partner !== merchant.partner).slice(0, 50);
