import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark, { workflows }) => {
  const contacts = [{ email: `${mark}@example.com` }];
  const bulk = await post(`/workflows/${workflows}/enrollments/bulk`, { contacts });
  return { enrollments: bulk.enrollment_ids[0] };
};
