using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Testing;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Cohere;

public sealed class CohereConformanceTests
{
    public static TheoryData<string> Names => [.. ProviderConformance.Cases(new Fixture()).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(new Fixture(), name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        public override string Model => "command-a-03-2025";

        public override ILlmProvider CreateProvider(Uri address) => CohereWire.Format.Provider(Wire.Sockets(), address);

        public override ConformanceOperations Operations => ConformanceOperations.Embeddings | ConformanceOperations.Rerank;

        public override CannedBody WriteOperation(CannedOperation answer, bool streaming) => CannedBody.Json(answer switch
        {
            CannedVectors vectors => $$"""{"id":"e-1","embeddings":{"float":{{JsonSerializer.Serialize(vectors.Vectors)}} },"meta":{"billed_units":{"input_tokens":{{answer.InputTokens}} } } }""",
            CannedRanking ranking => $$"""{"id":"r-1","results":[{{string.Join(',', ranking.Results.Select(static result => $$"""{"index":{{result.Index}},"relevance_score":{{JsonSerializer.Serialize(result.Score)}} }"""))}}],"meta":{"billed_units":{"search_units":1} } }""",
            _ => throw new NotSupportedException(answer.ToString()),
        });

        public override string WriteBody(CannedAnswer answer) =>
            $$"""{"id":"c-1","finish_reason":"{{Word(answer)}}","message":{"role":"assistant","content":[{"type":"text","text":{{Json(answer.Text)}} }],"tool_calls":[{{string.Join(',', answer.ToolCalls.Select(static call => Call(call, call.Arguments)))}}]},"usage":{{Usage(answer)}}}""";

        public override IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer)
        {
            List<string> events = [CohereWire.Start];
            events.AddRange(answer.Pieces.Select(static piece => $$"""{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":{{Json(piece)}} } } } }"""));
            for (int i = 0; i < answer.ToolCalls.Count; i++)
            {
                int index = i;
                events.Add($$"""{"type":"tool-call-start","index":{{index}},"delta":{"message":{"tool_calls":{{Call(answer.ToolCalls[i], "")}} } } }""");
                events.AddRange(answer.ToolCalls[i].ArgumentPieces.Select(piece => $$"""{"type":"tool-call-delta","index":{{index}},"delta":{"message":{"tool_calls":{"function":{"arguments":{{Json(piece)}} } } } } }"""));
                events.Add($$"""{"type":"tool-call-end","index":{{index}}}""");
            }

            events.Add($$"""{"type":"message-end","delta":{"finish_reason":"{{Word(answer)}}","usage":{{Usage(answer)}} } }""");
            return [.. events.Select(static data => Utf8(CohereWire.Events(data)))];
        }

        public override string WriteError(int status, string message) => $$"""{"id":"e-1","message":{{Json(message)}}}""";

        public override ReadOnlyMemory<byte> WriteErrorEvent(string message) =>
            Utf8(CohereWire.Events($$"""{"type":"message-end","delta":{"finish_reason":"ERROR","error":{{Json(message)}} } }"""));

        private static string Word(CannedAnswer answer) =>
            answer.FinishReason == ChatFinishReason.Length ? "MAX_TOKENS"
            : answer.FinishReason == ChatFinishReason.ToolCalls ? "TOOL_CALL"
            : answer.FinishReason == ChatFinishReason.ContentFilter ? "ERROR_TOXIC"
            : "COMPLETE";

        private static string Usage(CannedAnswer answer) => $$"""{"tokens":{"input_tokens":{{answer.InputTokens}},"output_tokens":{{answer.OutputTokens}} } }""";

        private static string Call(CannedToolCall call, string arguments) => $$"""{"id":"{{call.Id}}","type":"function","function":{"name":"{{call.Name}}","arguments":{{Json(arguments)}} } }""";

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
