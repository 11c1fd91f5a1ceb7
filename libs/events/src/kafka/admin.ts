import type { Admin, Kafka } from 'kafkajs';

/**
 * Queries the brokers through an admin connection. Always closes the connection, because even a half-open one would
 * keep the process alive.
 */
export async function withAdmin<T>(kafka: Kafka, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
