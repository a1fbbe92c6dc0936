// Pictures: drawn from the product's own name, so that the shops need no image files. Each kind of thing is a few shapes;
// colours follow the slug.
import { numberOf } from './catalogue.ts';

const shapes: Readonly<Record<string, string>> = {
  bottle:
    '<path d="M170 90h60v46c34 14 46 42 46 74v98a22 22 0 0 1-22 22H146a22 22 0 0 1-22-22v-98c0-32 12-60 46-74z"/><rect class="d" x="164" y="66" width="72" height="30" rx="6"/><rect class="l" x="140" y="216" width="120" height="70" rx="6"/>',
  jar: '<rect x="116" y="150" width="168" height="170" rx="26"/><rect class="d" x="106" y="104" width="188" height="54" rx="12"/><rect class="l" x="142" y="204" width="116" height="70" rx="6"/>',
  compact:
    '<circle cx="200" cy="214" r="112"/><circle class="l" cx="200" cy="214" r="84"/><circle class="d" cx="200" cy="214" r="40"/>',
  box: '<rect x="94" y="132" width="212" height="180" rx="10"/><rect class="d" x="184" y="132" width="32" height="180"/><path class="d" d="M200 132c-60-70-108-10-56 0zM200 132c60-70 108-10 56 0z"/>',
  stick:
    '<rect x="164" y="190" width="72" height="140" rx="8"/><path class="d" d="M174 190V96l52 26v68z"/><rect class="l" x="164" y="214" width="72" height="14"/>',
  tube: '<path d="M132 96h136l-20 196H152z"/><rect class="d" x="164" y="292" width="72" height="38" rx="8"/><rect class="l" x="164" y="146" width="72" height="80" rx="6"/>',
  dress:
    '<path d="M164 84l12 44-22 60-52 140h196l-52-140-22-60 12-44-36 22z"/><path class="d" d="M154 188h92l6 18H148z"/>',
  shirt:
    '<path d="M150 96l-74 44 26 62 32-16v138h132V186l32 16 26-62-74-44c-12 30-88 30-100 0z"/><path class="d" d="M196 124h8v200h-8z"/>',
  skirt: '<path d="M144 116h112l50 204H94z"/><path class="d" d="M140 100h120v26H140z"/>',
  coat: '<path d="M150 84l-70 46 22 190h196l22-190-70-46-50 60z"/><path class="d" d="M200 144v176h8V150z"/><circle class="l" cx="222" cy="210" r="7"/><circle class="l" cx="222" cy="252" r="7"/>',
  scarf:
    '<path d="M96 118c70-40 138-40 208 0l-18 50c-56-30-116-30-172 0z"/><path class="d" d="M226 152l44-10 30 176h-62z"/>',
  trousers: '<path d="M136 92h128l20 236h-64l-20-150-20 150h-64z"/><path class="d" d="M134 84h132v26H134z"/>',
  hat: '<path d="M116 236c0-160 168-160 168 0z"/><path class="d" d="M72 236h256c0 40-256 40-256 0z"/>',
  socks: '<path d="M156 84h72v130l66 50c30 30-10 70-46 52l-92-62z"/><path class="d" d="M156 84h72v34h-72z"/>',
  belt: '<path d="M60 180h280v46H60z"/><path class="d" d="M160 160h90v86h-90z"/><path class="l" d="M184 184h42v38h-42z"/>',
  bag: '<path d="M92 168h216l-18 152H110z"/><path class="s" d="M146 178v-30c0-70 108-70 108 0v30"/><circle class="d" cx="200" cy="224" r="14"/>',
  wallet:
    '<rect x="84" y="136" width="232" height="158" rx="18"/><rect class="d" x="226" y="188" width="96" height="56" rx="14"/><circle class="l" cx="256" cy="216" r="9"/>',
  suitcase:
    '<rect x="112" y="120" width="176" height="206" rx="20"/><path class="s" d="M164 120V76h72v44"/><path class="d" d="M152 140h12v166h-12zM236 140h12v166h-12z"/>',
  shoe: '<path d="M78 258c0-44 12-84 24-118 26 36 62 20 74 0 24 64 90 60 132 84 26 14 24 48 10 60H86z"/><path class="d" d="M78 272h244v24H78z"/>',
  earphones:
    '<path class="s" d="M106 236v-30c0-124 188-124 188 0v30"/><rect x="84" y="222" width="52" height="92" rx="22"/><rect x="264" y="222" width="52" height="92" rx="22"/>',
  device:
    '<rect x="128" y="84" width="144" height="240" rx="26"/><circle class="d" cx="200" cy="160" r="44"/><circle class="l" cx="200" cy="258" r="26"/>',
  pot: '<path d="M92 176h216l-20 130a22 22 0 0 1-22 18H134a22 22 0 0 1-22-18z"/><path class="d" d="M82 152h236v28H82zM176 122h48v30h-48z"/>',
  watch:
    '<rect class="d" x="162" y="62" width="76" height="280" rx="16"/><circle cx="200" cy="202" r="88"/><circle class="l" cx="200" cy="202" r="62"/><path class="s" d="M200 160v44l28 20"/>',
  lamp: '<path d="M128 92h144l36 112H92z"/><path class="d" d="M192 204h16v92h-16zM144 296h112v28H144z"/>',
  bowl: '<path d="M76 180h248c0 76-50 126-124 126S76 256 76 180z"/><path class="d" d="M150 306h100v20H150z"/><path class="l" d="M92 196h216v14H92z"/>',
  vase: '<path d="M168 84h64l-10 60c60 40 56 150-4 180h-36c-60-30-64-140-4-180z"/><path class="d" d="M160 76h80v20h-80z"/>',
  toy: '<circle cx="200" cy="236" r="88"/><circle cx="142" cy="136" r="40"/><circle cx="258" cy="136" r="40"/><circle cx="200" cy="162" r="66"/><circle class="l" cx="178" cy="156" r="8"/><circle class="l" cx="222" cy="156" r="8"/><ellipse class="d" cx="200" cy="182" rx="16" ry="10"/>',
  camera:
    '<rect x="74" y="136" width="252" height="166" rx="22"/><path d="M148 136l18-34h68l18 34z"/><circle class="d" cx="200" cy="220" r="62"/><circle class="l" cx="200" cy="220" r="34"/>',
};

/** An SVG of 400 by 400. An unknown kind is a box. */
export function picture(slug: string, kind: string): string {
  const seed = numberOf(slug);
  const hue = seed % 360;
  const style = `.b{fill:hsl(${hue} 45% 93%)}path,rect,circle,ellipse{fill:hsl(${(hue + 150) % 360} 38% 52%)}.d{fill:hsl(${(hue + 170) % 360} 42% 36%)}.l{fill:hsl(${hue} 60% 97%)}.s{fill:none;stroke:hsl(${(hue + 170) % 360} 42% 36%);stroke-width:14;stroke-linecap:round}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><style>${style}</style><rect class="b" width="400" height="400"/><ellipse cx="200" cy="338" rx="120" ry="12" style="fill:hsl(${hue} 30% 84%)"/><g transform="rotate(${(seed % 7) - 3} 200 200)">${shapes[kind] ?? shapes.box}</g></svg>`;
}
