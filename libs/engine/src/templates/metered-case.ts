import { CaseTag, type Context, type Emitter, evalToken, toValue } from 'liquidjs';

/** Liquid's `case`, but it compares with the operator `==`, because Liquid's own comparison is not charged. */
export class MeteredCase extends CaseTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const { lenientIf, operators } = context.opts;
    const target = yield toValue(yield this.value.value(context, lenientIf));
    let isHit = false;
    for (const { values, templates } of this.branches) {
      for (const token of values) {
        const value = yield evalToken(token, context, lenientIf);
        if (!(yield operators['==']?.(target, value, context))) continue;
        yield this.liquid.renderer.renderTemplates(templates, context, emitter);
        isHit = true;
        break;
      }
    }
    if (!isHit) yield this.liquid.renderer.renderTemplates(this.elseTemplates, context, emitter);
  }
}
