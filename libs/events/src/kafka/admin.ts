import type { Admin, Kafka } from 'kafkajs';

/** Asks the brokers through an admin connection. Closes a half-open one too, which would keep the process alive. */
export async function withAdmin<T>(kafka: Kafka, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
