using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Testing;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Bedrock;

public sealed class BedrockConformanceTests
{
    public static TheoryData<string> Names => [.. ProviderConformance.Cases(new Fixture()).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(new Fixture(), name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        public override string Model => BedrockWire.Model;

        public override string StreamMediaType => "application/vnd.amazon.eventstream";

        public override string? RequestIdHeader => "x-amzn-RequestId";

        // The usage behind the end of the message may be missing.
        public override int OptionalEvents => 1;

        public override ILlmProvider CreateProvider(Uri address) => BedrockWire.Format.Provider(Wire.Sockets(), address);

        public override ConformanceOperations Operations => ConformanceOperations.Embeddings | ConformanceOperations.Rerank;

        public override string ModelOf(ConformanceOperations operation) => operation == ConformanceOperations.Rerank ? "cohere.rerank-v3-5:0" : "cohere.embed-multilingual-v3";

        public override CannedBody WriteOperation(CannedOperation answer, bool streaming) => CannedBody.Json(answer switch
        {
            CannedVectors vectors => $$"""{"id":"e-1","embeddings":{"float":{{JsonSerializer.Serialize(vectors.Vectors)}} } }""",
            CannedRanking ranking => $$"""{"results":[{{string.Join(',', ranking.Results.Select(static result => $$"""{"index":{{result.Index}},"relevance_score":{{JsonSerializer.Serialize(result.Score)}} }"""))}}]}""",
            _ => throw new NotSupportedException(answer.ToString()),
        });

        public override string WriteBody(CannedAnswer answer)
        {
            string[] blocks =
            [
                .. answer.Pieces.Count == 0 ? [] : new[] { $$"""{"text":{{Json(answer.Text)}}}""" },
                .. answer.ToolCalls.Select(static call => $$"""{"toolUse":{"toolUseId":"{{call.Id}}","name":"{{call.Name}}","input":{{call.Arguments}} } }"""),
            ];
            return $$"""{"output":{"message":{"role":"assistant","content":[{{string.Join(',', blocks)}}]} },"stopReason":"{{Word(answer)}}","usage":{{Usage(answer)}}}""";
        }

        public override IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer)
        {
            List<byte[]> frames = [BedrockWire.Start];
            frames.AddRange(answer.Pieces.Select(static piece => BedrockWire.Delta($$"""{"text":{{Json(piece)}}}""")));
            for (int i = 0; i < answer.ToolCalls.Count; i++)
            {
                CannedToolCall call = answer.ToolCalls[i];
                int block = i + 1;
                frames.Add(BedrockWire.Event("contentBlockStart", $$"""{"contentBlockIndex":{{block}},"start":{"toolUse":{"toolUseId":"{{call.Id}}","name":"{{call.Name}}"} } }"""));
                frames.AddRange(call.ArgumentPieces.Select(piece => BedrockWire.Delta($$"""{"toolUse":{"input":{{Json(piece)}} } }""", block)));
            }

            frames.Add(BedrockWire.Stop(Word(answer)));
            frames.Add(BedrockWire.Event("metadata", $$"""{"usage":{{Usage(answer)}}}"""));
            return [.. frames.Select(static frame => (ReadOnlyMemory<byte>)frame)];
        }

        public override string WriteError(int status, string message) => $$"""{"message":{{Json(message)}}}""";

        public override ReadOnlyMemory<byte> WriteErrorEvent(string message) => BedrockWire.Exception("internalServerException", WriteError(500, message));

        private static string Word(CannedAnswer answer) =>
            answer.FinishReason == ChatFinishReason.Length ? "max_tokens"
            : answer.FinishReason == ChatFinishReason.ToolCalls ? "tool_use"
            : answer.FinishReason == ChatFinishReason.ContentFilter ? "guardrail_intervened"
            : "end_turn";

        private static string Usage(CannedAnswer answer) => $$"""{"inputTokens":{{answer.InputTokens}},"outputTokens":{{answer.OutputTokens}},"totalTokens":{{answer.InputTokens + answer.OutputTokens}}}""";

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
