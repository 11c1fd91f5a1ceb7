import type { ServiceImpl } from '@connectrpc/connect';
import { __Schema__Service } from '@drippulse/proto/drippulse/__schema__/v1/__schema___pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { create__Schema__Item } from './create-__name__-item.ts';
import { get__Schema__Item } from './get-__name__-item.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(__Schema__Service, {
      create__Schema__Item: (request, call) => create__Schema__Item(ctx, request, call),
      get__Schema__Item: (request, call) => get__Schema__Item(ctx, request, call),
    } satisfies ServiceImpl<typeof __Schema__Service>);
  };
}
