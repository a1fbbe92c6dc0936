// 첫 페이지의 한국어. 빠진 키는 컴파일되지 않는다.
import type { LandingWords } from './words-zh.ts';

export const landingKo: LandingWords = {
  landingNetwork: '해외 결제',
  landingTitle: '내 지갑으로 해외 상점에서 결제',
  landingLead:
    '상점 가격과 위안화 금액을 고정된 환율로 함께 보여 드립니다. 상점은 자국 통화로 정산받고, 모든 결제는 확인할 수 있는 장부에 남습니다.',
  landingOpenWallet: '지갑 열기',
  landingForShops: '상점 안내',
  landingExample: '예시: 서울의 한 상점',
  landingPriced: '상점 가격',
  landingCosts: '결제 금액',
  landingRate: '고정 환율',
  landingSpread: '환전 스프레드(포함)',
  landingReceives: '상점 수령액(수수료 제외)',
  landingShoppers: '구매자',
  landingShoppers1: '환율과 스프레드를 결제 전에 표시하며 다른 수수료는 없습니다.',
  landingShoppers2: '잔액이나 은행 카드로 결제하고 비밀번호나 패스키로 확인합니다.',
  landingShoppers3: '환불은 결제 당시 환율로 같은 경로로 돌아갑니다.',
  landingWallet: '지갑',
  landingShops: '상점',
  landingShops1: '자국 통화로 가격을 매기고 정산받으며, 결제 결과는 서명된 알림으로 바로 전달됩니다.',
  landingShops2: '환불, 정산 파일, 결제별 내역을 콘솔에서 확인합니다.',
  landingShops3: '공개된 메시지 형식을 사용하므로 기존 연동은 주소와 키만 바꾸면 됩니다.',
  landingConsole: '상점 콘솔',
  landingApi: 'API 문서(OpenAPI)',
  landingOperators: '운영자와 감사인',
  landingOperators1: '자금에 관한 작업은 두 사람이 처리하고 기록이 남습니다.',
  landingOperators2: '장부는 언제든 스스로 증명되며, 로그는 추가만 되고 서명됩니다.',
  landingOperators3: '감사인은 장부를 내보내 독립 프로그램으로 검증합니다.',
  landingOperatorsIn: '콘솔 로그인',
  landingFooter: '통보는 Alipay, Antom, Ant Group과 관련이 없으며 공개된 메시지 형식만 사용합니다.',
};
