/** Domains of mail providers at which anybody can get an address. Therefore no organization can own these domains. */
const publicMailDomains: ReadonlySet<string> = new Set(
  `163.com 126.com aim.com aol.com bigpond.com bluewin.ch bt.com btinternet.com charter.net comcast.net cox.net
  duck.com earthlink.net email.com fastmail.com fastmail.fm foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com
  gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it
  hushmail.com icloud.com inbox.com inbox.ru interia.pl laposte.net libero.it live.co.uk live.com live.fr live.nl
  mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com o2.pl online.de orange.fr outlook.com outlook.de outlook.fr
  pm.me posteo.de posteo.net proton.me protonmail.ch protonmail.com qq.com rediffmail.com rocketmail.com sbcglobal.net
  seznam.cz sfr.fr shaw.ca sina.com sky.com t-online.de telus.net tuta.com tutanota.com tutanota.de uol.com.br verizon.net
  virgilio.it wanadoo.fr web.de wp.pl yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de
  yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com zoho.com zohomail.com`
    .trim()
    .split(/\s+/),
);

export function isPublicMailDomain(domain: string): boolean {
  return publicMailDomains.has(domain);
}
