using System.Collections.Immutable;
using LlmStack;
using Microsoft.Extensions.AI;

namespace MonthBill;

/// <summary>What three teams ask in a month: by day they work, at night only the crawler does.</summary>
internal sealed class Workload(ILlmClient client, MonthClock clock, int seed)
{
    private static readonly (string Team, string Feature, string Group, int PerDay, string Prompt)[] Teams =
    [
        ("search", "answer-box", "fast", 220, "You answer questions about our catalogue in two sentences, with the ids of the articles."),
        ("support", "reply-draft", "fast", 90, "You draft replies to customers in our tone of voice; never promise a refund."),
        ("research", "summaries", "smart", 30, "You summarise papers for experts: claim, method, evidence, doubts. Cite the pages."),
    ];

    /// <summary>Makes the calls of a month; returns their number and what their responses say they cost.</summary>
    public async Task<(int Calls, decimal Cost)> RunAsync(DateTimeOffset month)
    {
        var random = new Random(seed);
        int calls = 0;
        decimal cost = 0;
        for (DateTimeOffset day = month; day.Month == month.Month; day = day.AddDays(1))
        {
            bool weekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            foreach ((string team, string feature, string group, int perDay, string prompt) in Teams)
            {
                int count = (int)(perDay * (weekend ? 0.2 : 1) * (0.8 + (0.4 * random.NextDouble())));
                for (int i = 0; i < count; i++)
                {
                    clock.Now = day.AddHours(8 + (10.0 * i / count));
                    using IDisposable pushed = LlmContext.Push(new LlmContext
                    {
                        Team = team,
                        Feature = feature,
                        UserId = $"{team}-{random.Next(1, 6)}",
                        Metadata = ImmutableDictionary<string, string>.Empty.Add("hour", clock.Now.ToString("ddHH", System.Globalization.CultureInfo.InvariantCulture)),
                    });
                    ChatResponse response = await client.ChatAsync(group, [new ChatMessage(ChatRole.System, prompt), new ChatMessage(ChatRole.User, "…")]);
                    cost += response.GetRoute()!.Cost.Total ?? 0;
                    calls++;
                }
            }
        }

        return (calls, cost);
    }
}
