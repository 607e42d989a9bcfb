using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Testing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.OpenAI;

public sealed class OpenAIConformanceTests
{
    private static readonly Fixture Bare = new();

    /// <summary>Models whose sound and transcripts come as events.</summary>
    private static readonly Fixture WithEvents = new() { Events = true };

    public static TheoryData<string> Names => [.. ProviderConformance.Cases(Bare).Select(static c => c.Name)];

    public static TheoryData<string> NamesOfMedia => [.. ProviderConformance.Cases(WithEvents).Select(static c => c.Name).Where(static name => name.StartsWith("speech: ", StringComparison.Ordinal) || name.StartsWith("transcription: ", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(Bare, name).RunAsync();

    [Theory]
    [MemberData(nameof(NamesOfMedia))]
    public Task Models_that_send_events_conform(string name) => ProviderConformance.Case(WithEvents, name).RunAsync();

    public static TheoryData<string> NamesOfRerank => [.. ProviderConformance.Cases(new Fixture { Profile = OpenAIProfile.Compatible }).Select(static c => c.Name).Where(static name => name.StartsWith("rerank: ", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(NamesOfRerank))]
    public Task Compatible_servers_conform(string name) => ProviderConformance.Case(new Fixture { Profile = OpenAIProfile.Compatible }, name).RunAsync();

    /// <summary>A service whose completions are answered as chats are.</summary>
    private static readonly Fixture Mistral = new() { Profile = OpenAIFamily.Members.Single(static member => member.Type == "Mistral").Profile };

    public static TheoryData<string> NamesOfMistral => [.. ProviderConformance.Cases(Mistral).Select(static c => c.Name).Where(static name => name.StartsWith("text completions: ", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(NamesOfMistral))]
    public Task Filling_in_the_middle_conforms(string name) => ProviderConformance.Case(Mistral, name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        public bool Events { get; init; }

        public OpenAIProfile Profile { get; init; } = OpenAIProfile.OpenAI;

        public override ConformanceOperations Operations =>
            ConformanceOperations.Embeddings | ConformanceOperations.TextCompletions | ConformanceOperations.Moderation
            | ConformanceOperations.Images | ConformanceOperations.Speech | ConformanceOperations.Transcription
            | (Profile.Operations.HasFlag(OpenAIOperations.Rerank) ? ConformanceOperations.Rerank : ConformanceOperations.None);

        public override string ModelOf(ConformanceOperations operation) => operation switch
        {
            ConformanceOperations.Speech => Events ? "gpt-4o-mini-tts" : "tts-1",
            ConformanceOperations.Transcription => Events ? "gpt-4o-transcribe" : "whisper-1",
            _ => Model,
        };

        public override int OptionalEventsOf(ConformanceOperations operation) => operation == ConformanceOperations.TextCompletions ? 2 : 0;

        public override CannedBody WriteOperation(CannedOperation answer, bool streaming) =>
            Profile.TraitsName == "mistral" && answer is CannedCompletion completion ? OperationBodies.Filled(completion, streaming) : OperationBodies.Write(answer, streaming, Events);

        public override string Model => "gpt-4.1";

        // The usage and [DONE] behind the finish reason may be missing.
        public override int OptionalEvents => 2;

        public override ILlmProvider CreateProvider(Uri address) => Wire.Provider(Wire.Sockets(), new Uri(address, "/v1"), Profile);

        public override string WriteBody(CannedAnswer answer) =>
            $$"""{"id":"c1","created":1700000000,"model":"gpt-4.1","choices":[{"index":0,"message":{"role":"assistant","content":{{Json(answer.Text)}}{{Calls(answer)}}},"finish_reason":"{{Reason(answer)}}"}],"usage":{{Usage(answer)}}}""";

        public override IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer)
        {
            List<string> deltas = ["""{"role":"assistant","content":""}"""];
            deltas.AddRange(answer.Pieces.Select(static piece => $$"""{"content":{{Json(piece)}}}"""));
            for (int i = 0; i < answer.ToolCalls.Count; i++)
            {
                CannedToolCall call = answer.ToolCalls[i];
                deltas.Add($$$"""{"tool_calls":[{"index":{{{i}}},"id":"{{{call.Id}}}","type":"function","function":{"name":"{{{call.Name}}}","arguments":""}}]}""");
                deltas.AddRange(call.ArgumentPieces.Select(piece => $$$"""{"tool_calls":[{"index":{{{i}}},"function":{"arguments":{{{Json(piece)}}}}}]}"""));
            }

            List<string> events = [.. deltas.Select(static delta => Wire.Delta(delta))];
            events.Add(Wire.Delta("{}", $"\"{Reason(answer)}\""));
            events.Add($$"""{"id":"c1","created":1700000000,"model":"gpt-4.1","choices":[],"usage":{{Usage(answer)}}}""");
            events.Add("[DONE]");
            return [.. events.Select(static data => Utf8($"data: {data}\n\n"))];
        }

        private static string Calls(CannedAnswer answer) =>
            answer.ToolCalls.Count == 0
                ? ""
                : $",\"tool_calls\":[{string.Join(',', answer.ToolCalls.Select(static call => $$$"""{"id":"{{{call.Id}}}","type":"function","function":{"name":"{{{call.Name}}}","arguments":{{{Json(call.Arguments)}}}}}"""))}]";

        private static string Usage(CannedAnswer answer) =>
            $$"""{"prompt_tokens":{{answer.InputTokens}},"completion_tokens":{{answer.OutputTokens}},"total_tokens":{{answer.InputTokens + answer.OutputTokens}}}""";

        private static string Reason(CannedAnswer answer) => answer.FinishReason.Value;

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
