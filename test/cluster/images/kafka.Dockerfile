# Apache Kafka for places without a registry of images. It takes KAFKA_… as the official image does. The context
# contains the jars of the broker.
ARG BASE_IMAGE=debian:bookworm-slim
FROM ${BASE_IMAGE}
# The package of the JRE links its manual, for which slim images have no folder.
RUN mkdir -p /usr/share/man/man1 && apt-get update && apt-get install --yes --no-install-recommends openjdk-17-jre-headless \
  && rm -rf /var/lib/apt/lists/*
COPY *.jar /opt/kafka/
COPY --chmod=755 start-kafka.sh /usr/local/bin/start-kafka
ENV CLUSTER_ID=5L6g3nShT-eMCtK--X86sw
USER 1000:1000
ENTRYPOINT ["start-kafka"]
