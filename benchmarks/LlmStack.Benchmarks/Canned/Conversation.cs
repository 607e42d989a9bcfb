using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Canned;

/// <summary>What every candidate sends.</summary>
internal static class Conversation
{
    public const string ApiKey = "sk-benchmark";
    public const string ChatModel = "gpt-5.4-mini";
    public const string EmbeddingModel = "text-embedding-3-small";

    public static ChatMessage[] Messages { get; } =
    [
        new(ChatRole.System, "You advise home owners on heating. Answer in at most 150 words, in plain English, with numbers where you have them. Say what you do not know. Never recommend a brand. Prefer metric units. If a question is not about heating, say so in one sentence."),
        new(ChatRole.User, "We have a house of 140 m² from 1983 with radiators and an oil boiler."),
        new(ChatRole.Assistant, "Then the supply temperature your radiators need on the coldest day is the first thing to find out. Do you know what the house needs per year?"),
        new(ChatRole.User, "About 95 kWh per m². We think of a heat pump. What decides whether it carries us through a cold winter, and what would it use?"),
    ];

    public static ChatOptions Options { get; } = new() { Temperature = 0.2f, MaxOutputTokens = 512 };

    public static string[] Inputs { get; } = [.. Enumerable.Range(0, CannedBodies.EmbeddingCount).Select(static i => $"Passage {i}: how insulation and supply temperature change the seasonal factor of a heat pump.")];
}
