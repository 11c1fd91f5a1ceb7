SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

CREATE TABLE events.embedded_log (
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    messages integer NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY events.embedded_log ALTER COLUMN value SET STORAGE EXTERNAL;

CREATE TABLE events.group_members (
    group_name text NOT NULL,
    topic text NOT NULL,
    member uuid NOT NULL,
    alive_until timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE events.group_partitions (
    group_name text NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    next_offset bigint DEFAULT 0 NOT NULL,
    holder uuid,
    fence bigint DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone
)
WITH (fillfactor='50');

CREATE TABLE events.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE events.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE events.topic_partitions (
    topic text NOT NULL,
    partition smallint NOT NULL,
    next_offset bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

INSERT INTO events.embedded_log VALUES
	('drippulse.workflows.v1', 2, 0, 1, '\x0a150a0e63655f7370656376657273696f6e1203312e300a210a0963655f736f7572636512142f6472697070756c73652f776f726b666c6f77730a1b0a0763655f747970651210776f726b666c6f772e637265617465640a230a0763655f74696d651218323032362d31312d32365431383a33343a35332e3431305a0a110a0c6f7267616e697a6174696f6e1201310a310a0563655f696412286576745f30316132313932332d396136312d373836302d393032652d66373864363230333966356112dd02120c08cdf7a1d8061080b5c0c301180120012a0a776f726b666c6f773a31529202080112124b65707420627920616e2075706772616465200228013ad5015b7b226964223a22737465705f303066353235333861356662222c2274797065223a2274726967676572222c226e616d65223a225374617274222c22706f736974696f6e223a302c22636f6e666967223a7b7d7d2c7b226964223a22737465705f393666643438373533393065222c2274797065223a226c6f67222c226e616d65223a224e6f7465222c22706f736974696f6e223a312c22636f6e666967223a7b226d657373616765223a2248656c6c6f207b7b2066697273745f6e616d65207d7d222c226c6576656c223a22696e666f227d7d5d42025b5d4a0c08cdf7a1d80610c083a1be01520c08cdf7a1d80610c083a1be010a286576745f30316132313932332d396136312d373836302d393032652d6637386436323033396635611a0e0a0c313a776f726b666c6f773a31', '2026-11-26 18:34:53.429289+00'),
	('drippulse.crm.v1', 7, 0, 1, '\x0a150a0e63655f7370656376657273696f6e1203312e300a1b0a0963655f736f75726365120e2f6472697070756c73652f63726d0a1a0a0763655f74797065120f636f6e746163742e637265617465640a230a0763655f74696d651218323032362d31312d32365431383a33343a35332e3634395a0a110a0c6f7267616e697a6174696f6e1201310a310a0563655f696412286576745f30316132313932332d396234662d373266392d626231622d31666534303561343661336212e601120c08cdf7a1d80610c0e8bbb502180120012a2c636f6e746163743a30316132313932332d396234382d373330382d623061392d3464663562353339386265656a7a0a2430316132313932332d396234382d373330382d623061392d346466356235333938626565121c636e745f3132326632363062636164303931623338656566356432366a027b7d720c08cdf7a1d8061080c096b1027a0c08cdf7a1d8061080c096b1021a0f616461406578616d706c652e636f6d22034164610a286576745f30316132313932332d396234662d373266392d626231622d3166653430356134366133621a300a2e313a636f6e746163743a30316132313932332d396234382d373330382d623061392d346466356235333938626565', '2026-11-26 18:34:53.772366+00'),
	('drippulse.enrollments.v1', 1, 1, 2, '\x0a150a0e63655f7370656376657273696f6e1203312e300a2a0a0963655f736f75726365121d2f6472697070756c73652f656e726f6c6c6d656e742d72756e74696d650a110a0c6f7267616e697a6174696f6e120131120a120c08cdf7a1d80610801ad5020a0e313a656e726f6c6c6d656e743a31121d0a0763655f747970651212656e726f6c6c6d656e742e7374617274656412230a0763655f74696d651218323032362d31312d32365431383a33343a35332e3638305a12310a0563655f696412286576745f30316132313932332d396236392d373362652d393134622d3432626138393734363937651acb01f49fc402180120015266100118013801420c08cdf7a1d8061080accfbc024a0355544350015a0c08cdf7a1d8061080accfbc02620c08cdf7a1d8061080accfbc0272007a2510011a11737465705f303066353235333861356662220553746172742a0774726967676572800102aa01002a0c656e726f6c6c6d656e743a31522108012a0563726d2d3172160a0f616461406578616d706c652e636f6d12034164610a286576745f30316132313932332d396236392d373362652d393134622d3432626138393734363937651add020a0e313a656e726f6c6c6d656e743a31121f0a0763655f747970651214656e726f6c6c6d656e742e636f6d706c6574656412230a0763655f74696d651218323032362d31312d32365431383a33343a35332e3638325a12310a0563655f696412286576745f30316132313932332d396237312d373561352d613331642d3865666565383734336637371ad101fd99c502180120022a0c656e726f6c6c6d656e743a315a8e010801100118012a0563726d2d31300138034a0355544350015a0c08cdf7a1d8061080accfbc02620c08cdf7a1d8061080accfbc026a0c08cdf7a1d8061080accfbc0272160a0f616461406578616d706c652e636f6d12034164618001028801649a0128080112044e6f74651a036c6f6720012a0948656c6c6f20416461320c08cdf7a1d8061080accfbc02aa01000a286576745f30316132313932332d396237312d373561352d613331642d386566656538373433663737', '2026-11-26 18:34:53.788519+00');

INSERT INTO events.group_partitions VALUES
	('webhook-delivery', 'drippulse.enrollments.v1', 0, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.enrollments.v1', 1, 2, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.enrollments.v1', 2, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.enrollments.v1', 3, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.enrollments.v1', 4, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.enrollments.v1', 5, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.enrollments.v1', 6, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.enrollments.v1', 7, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 0, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 1, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 2, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 3, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 0, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 1, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 2, 1, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 3, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 4, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 5, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 6, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.workflows.v1', 7, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 4, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 0, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 1, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 2, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 3, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 4, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 5, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 6, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.crm.v1', 7, 1, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 0, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 5, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 6, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 1, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 2, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 3, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 4, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 5, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 6, 0, NULL, 1, NULL),
	('enrollment-runtime-erasures', 'drippulse.crm.v1', 7, 1, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 0, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 1, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 2, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 3, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 4, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 5, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 6, 0, NULL, 1, NULL),
	('enrollment-runtime', 'drippulse.crm.v1', 7, 1, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 0, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 1, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 2, 1, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 3, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 4, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 5, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 6, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.workflows.v1', 7, 0, NULL, 1, NULL),
	('webhook-delivery', 'drippulse.webhooks.v1', 7, 0, NULL, 1, NULL);

INSERT INTO events.kysely_migration VALUES
	('20261125000000_embedded_log', '2026-11-26T18:34:52.531Z');

INSERT INTO events.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO events.topic_partitions VALUES
	('drippulse.workflows.v1', 0, 0),
	('drippulse.workflows.v1', 1, 0),
	('drippulse.workflows.v1', 3, 0),
	('drippulse.workflows.v1', 4, 0),
	('drippulse.workflows.v1', 5, 0),
	('drippulse.workflows.v1', 6, 0),
	('drippulse.workflows.v1', 7, 0),
	('drippulse.enrollments.v1', 0, 0),
	('drippulse.enrollments.v1', 2, 0),
	('drippulse.enrollments.v1', 3, 0),
	('drippulse.enrollments.v1', 4, 0),
	('drippulse.enrollments.v1', 5, 0),
	('drippulse.enrollments.v1', 6, 0),
	('drippulse.enrollments.v1', 7, 0),
	('drippulse.webhooks.v1', 0, 0),
	('drippulse.webhooks.v1', 1, 0),
	('drippulse.webhooks.v1', 2, 0),
	('drippulse.webhooks.v1', 3, 0),
	('drippulse.webhooks.v1', 4, 0),
	('drippulse.webhooks.v1', 5, 0),
	('drippulse.webhooks.v1', 6, 0),
	('drippulse.webhooks.v1', 7, 0),
	('drippulse.crm.v1', 0, 0),
	('drippulse.crm.v1', 1, 0),
	('drippulse.crm.v1', 2, 0),
	('drippulse.crm.v1', 3, 0),
	('drippulse.crm.v1', 4, 0),
	('drippulse.crm.v1', 5, 0),
	('drippulse.crm.v1', 6, 0),
	('drippulse.workflows.v1', 2, 1),
	('drippulse.crm.v1', 7, 1),
	('drippulse.enrollments.v1', 1, 2);

ALTER TABLE ONLY events.embedded_log
    ADD CONSTRAINT embedded_log_pkey PRIMARY KEY (topic, partition, "offset");

ALTER TABLE ONLY events.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (group_name, topic, member);

ALTER TABLE ONLY events.group_partitions
    ADD CONSTRAINT group_partitions_pkey PRIMARY KEY (group_name, topic, partition);

ALTER TABLE ONLY events.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY events.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY events.topic_partitions
    ADD CONSTRAINT topic_partitions_pkey PRIMARY KEY (topic, partition);
