using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Testing;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Ollama;

public sealed class OllamaConformanceTests
{
    public static TheoryData<string> Names => [.. ProviderConformance.Cases(new Fixture()).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(new Fixture(), name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        public override string Model => "qwen3";

        public override ConformanceFeatures Features => ConformanceFeatures.All & ~ConformanceFeatures.ContentFilter;

        public override string StreamMediaType => "application/x-ndjson";

        public override ILlmProvider CreateProvider(Uri address) => OllamaWire.Format.Provider(Wire.Sockets(), address);

        public override ConformanceOperations Operations => ConformanceOperations.Embeddings | ConformanceOperations.TextCompletions;

        public override CannedBody WriteOperation(CannedOperation answer, bool streaming) => answer switch
        {
            CannedCompletion completion when streaming => new CannedBody("application/x-ndjson",
                [.. completion.Pieces.Select(static piece => Utf8(OllamaWire.Generated(piece) + "\n")), Utf8(Continued(completion, "") + "\n")]),
            CannedCompletion completion => CannedBody.Json(Continued(completion, string.Concat(completion.Pieces))),
            _ => CannedBody.Json($$"""{"model":"qwen3","embeddings":{{JsonSerializer.Serialize(((CannedVectors)answer).Vectors)}},"prompt_eval_count":{{answer.InputTokens}}}"""),
        };

        private static string Continued(CannedCompletion completion, string text) =>
            $$"""{"model":"qwen3","response":{{Json(text)}},"done":true,"done_reason":"{{completion.FinishReason.Value}}","prompt_eval_count":{{completion.InputTokens}},"eval_count":{{completion.OutputTokens}}}""";

        public override string WriteBody(CannedAnswer answer) => Last(answer, $$"""{"role":"assistant","content":{{Json(answer.Text)}},"tool_calls":[{{Calls(answer)}}]}""");

        public override IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer)
        {
            List<string> lines = [.. answer.Pieces.Select(static piece => OllamaWire.Message($$"""{"role":"assistant","content":{{Json(piece)}}}"""))];
            if (answer.ToolCalls.Count > 0)
            {
                lines.Add(OllamaWire.Message($$"""{"role":"assistant","content":"","tool_calls":[{{Calls(answer)}}]}"""));
            }

            lines.Add(Last(answer, """{"role":"assistant","content":""}"""));
            return [.. lines.Select(static line => Utf8(line + "\n"))];
        }

        public override string WriteError(int status, string message) => $$"""{"error":{{Json(message)}}}""";

        public override ReadOnlyMemory<byte> WriteErrorEvent(string message) => Utf8(WriteError(200, message) + "\n");

        private static string Last(CannedAnswer answer, string message) =>
            $$"""{"model":"qwen3","created_at":"2026-01-02T03:04:05.678Z","message":{{message}},"done":true,"done_reason":"{{(answer.FinishReason == ChatFinishReason.Length ? "length" : "stop")}}","prompt_eval_count":{{answer.InputTokens}},"eval_count":{{answer.OutputTokens}}}""";

        private static string Calls(CannedAnswer answer) =>
            string.Join(',', answer.ToolCalls.Select(static call => $$$"""{"id":"{{{call.Id}}}","function":{"name":"{{{call.Name}}}","arguments":{{{call.Arguments}}}}}"""));

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
