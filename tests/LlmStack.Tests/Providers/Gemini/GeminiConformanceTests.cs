using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Testing;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Gemini.GeminiWire;

namespace LlmStack.Tests.Providers.Gemini;

public sealed class GeminiConformanceTests
{
    public static TheoryData<string> Names => [.. ProviderConformance.Cases(new Fixture()).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(new Fixture(), name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        public override string Model => GeminiWire.Model;

        public override ILlmProvider CreateProvider(Uri address) => Provider(Wire.Sockets(), new Uri(address, "/v1beta"));

        public override ConformanceOperations Operations => ConformanceOperations.Embeddings;

        public override CannedBody WriteOperation(CannedOperation answer, bool streaming) =>
            CannedBody.Json($$"""{"embeddings":[{{string.Join(',', ((CannedVectors)answer).Vectors.Select(static vector => $$"""{"values":{{JsonSerializer.Serialize(vector)}}}"""))}}]}""");

        public override string WriteBody(CannedAnswer answer) => Chunk(string.Join(',', Parts(answer, [answer.Text])), Reason(answer), Usage(answer));

        public override IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer)
        {
            string[] parts = [.. Parts(answer, answer.Pieces)];
            return [.. parts.Select((part, i) => Utf8(Events(Chunk(part, i == parts.Length - 1 ? Reason(answer) : null, Usage(answer)))))];
        }

        public override string WriteError(int status, string message) => $$$"""{"error":{"code":{{{(status == 200 ? 500 : status)}}},"message":{{{Json(message)}}},"status":"INTERNAL"}}""";

        private static IEnumerable<string> Parts(CannedAnswer answer, IEnumerable<string> texts) =>
            texts.Where(static text => text.Length > 0).Select(static text => $$"""{"text":{{Json(text)}}}""")
                .Concat(answer.ToolCalls.Select(static call => $$$"""{"functionCall":{"id":"{{{call.Id}}}","name":"{{{call.Name}}}","args":{{{call.Arguments}}}}}"""));

        private static string Usage(CannedAnswer answer) =>
            $$"""{"promptTokenCount":{{answer.InputTokens}},"candidatesTokenCount":{{answer.OutputTokens}},"totalTokenCount":{{answer.InputTokens + answer.OutputTokens}}}""";

        private static string Reason(CannedAnswer answer) => answer.FinishReason.Value switch
        {
            "length" => "MAX_TOKENS",
            "content_filter" => "SAFETY",
            _ => "STOP",
        };

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
