# Redis for places without a registry of images.
ARG BASE_IMAGE=debian:bookworm-slim
FROM ${BASE_IMAGE}
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*
USER 999:999
ENTRYPOINT ["redis-server", "--protected-mode", "no", "--save", ""]
