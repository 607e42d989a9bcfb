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

    public static TheoryData<string> NamesOfImages => [.. ProviderConformance.Cases(new Fixture { Imagen = true }).Select(static c => c.Name).Where(static name => name.StartsWith("images: ", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(NamesOfImages))]
    public Task Imagen_models_conform(string name) => ProviderConformance.Case(new Fixture { Imagen = true }, name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        /// <summary>Whether images come from a model that predicts them; else from one that chats.</summary>
        public bool Imagen { get; init; }

        public override string Model => GeminiWire.Model;

        public override ILlmProvider CreateProvider(Uri address) => Provider(Wire.Sockets(), new Uri(address, "/v1beta"));

        public override ConformanceOperations Operations => ConformanceOperations.Embeddings | ConformanceOperations.Images;

        public override string ModelOf(ConformanceOperations operation) =>
            operation != ConformanceOperations.Images ? Model : Imagen ? "imagen-4.0-generate-001" : "gemini-2.5-flash-image";

        public override CannedBody WriteOperation(CannedOperation answer, bool streaming) => CannedBody.Json(answer switch
        {
            CannedVectors vectors => $$"""{"embeddings":[{{Joined(vectors.Vectors, static vector => $$"""{"values":{{JsonSerializer.Serialize(vector)}}}""")}}]}""",
            CannedImages images when Imagen => $$"""{"predictions":[{{Joined(images.Images, static image => $$"""{"mimeType":"image/png","bytesBase64Encoded":"{{Convert.ToBase64String(image.Span)}}"}""")}}]}""",
            CannedImages images => Chunk(
                Joined(images.Images, static image => $$$"""{"inlineData":{"mimeType":"image/png","data":"{{{Convert.ToBase64String(image.Span)}}}"}}"""),
                "STOP",
                $$"""{"promptTokenCount":{{answer.InputTokens}},"candidatesTokenCount":{{answer.OutputTokens}},"totalTokenCount":{{answer.InputTokens + answer.OutputTokens}}}"""),
            _ => throw new NotSupportedException(answer.ToString()),
        });

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

        private static string Joined<T>(IEnumerable<T> items, Func<T, string> write) => string.Join(',', items.Select(write));

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
