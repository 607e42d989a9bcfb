using System.Text.Json;
using LlmStack.Providers.Ollama;

namespace LlmStack.Tests.Providers.Ollama;

/// <summary>What the tests of this format share.</summary>
internal static class OllamaWire
{
    public const string Answer = """{"model":"qwen3","created_at":"2026-01-02T03:04:05.678Z","message":{"role":"assistant","content":"Hello","thinking":"Hm"},"done":true,"done_reason":"stop","total_duration":9,"load_duration":2000000000,"prompt_eval_count":10,"eval_count":5}""";

    public const string Done = """{"model":"qwen3","created_at":"2026-01-02T03:04:05.678Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","load_duration":2000000000,"prompt_eval_count":10,"eval_count":5}""";

    public static readonly FormatWire Format = new(static setup => new OllamaFormat().Create(setup), "qwen3");

    public static string Line(string text) => Message($$"""{"role":"assistant","content":"{{text}}"}""");

    public static string Message(string message) => $$"""{"model":"qwen3","created_at":"2026-01-02T03:04:05.678Z","message":{{message}},"done":false}""";

    /// <summary>A line of a continued text.</summary>
    public static string Generated(string text) => $$"""{"model":"qwen3","created_at":"2026-01-02T03:04:05.678Z","response":{{JsonSerializer.Serialize(text)}},"done":false}""";

    public static string Lines(params string[] lines) => string.Concat(lines.Select(static line => line + "\n"));
}
