using System.Globalization;
using System.Text.Json;
using LlmStack;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Rag;

// A question is answered from documents: retrieval, a tool, a chat, a streamed chat, a judge and scores, in one trace.
// With LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY in the environment the trace goes to Langfuse as well.
string file = args.Length > 0 ? args[0] : "rag-trace.html";
const string Question = "When can we see the llamas being fed on Sunday?";
var recorded = new RecordingTraceSink();

var services = new ServiceCollection();
services.AddLlmStack(llm => llm
    .AddScriptedProvider("busy", Vendors.Busy())
    .AddScriptedProvider("steady", Vendors.Steady())
    .AddModelGroup("vectors", g => g.AddDeployment("busy/embed", d => d.Price = Vendors.Price(0.02m, 0)))
    .AddModelGroup("reranker", g => g.AddDeployment("busy/rerank", d => d.Price = new ModelPrice { SearchPerThousand = 2 }))
    .AddModelGroup("answers", g => g
        .AddDeployment("busy/small", d => d.Price = Vendors.Price(0.4m, 1.6m))
        .AddDeployment("steady/medium", d => { d.Order = 1; d.Price = Vendors.Price(1, 4); }))
    .AddModelGroup("judge", g => g.AddDeployment("steady/medium"))
    .AddSink(recorded));
await using ServiceProvider provider = services.BuildServiceProvider();
ILlmClient client = provider.GetRequiredService<ILlmClient>();
ILlmTracer tracer = provider.GetRequiredService<ILlmTracer>();

decimal told = 0;
using (TraceScope trace = tracer.StartTrace("zoo-question", new TraceContext
{
    UserId = "u-42",
    SessionId = "s-7",
    Feature = "search",
    Experiment = "rerank-b",
    Surface = "answer-box",
    Tags = ["zoo"],
}))
{
    trace.Input = Question;
    IReadOnlyList<string> notes = await new Library(client, tracer).FindAsync(Question, count: 2, CancellationToken.None);

    // Microsoft.Extensions.AI runs the tool; the loop, its calls and the tool are in the trace by themselves.
    using IChatClient agent = client.AsIChatClient("answers").AsBuilder().UseFunctionInvocation().Build();
    AIFunction openingHours = AIFunctionFactory.Create((string day) => day == "Sunday" ? "10:00 to 18:00" : "09:00 to 18:00", "opening_hours", "When the zoo is open on a day.");
    ChatResponse gathered = await agent.GetResponseAsync($"Gather what answers: {Question}\n{string.Join('\n', notes)}", new ChatOptions { Tools = [openingHours] });

    ChatOptions options = new ChatOptions { Temperature = 0.2f, MaxOutputTokens = 200 }.WithPrompt(new PromptReference("zoo-answer", 3));
    string answer = "";
    CallRoute? route = null;
    await foreach (ChatResponseUpdate update in client.ChatStreamingAsync("answers", $"Answer briefly: {Question}\n{gathered.Text}", options))
    {
        answer += update.Text;
        route = update.GetRoute() ?? route;
    }

    double grounded;
    using (SpanScope evaluation = trace.StartSpan("grounded?", ObservationType.Evaluator))
    {
        ChatResponse verdict = await client.ChatAsync("judge", $"Is this grounded in the notes? Reply as JSON.\n{answer}\n{gathered.Text}");
        grounded = JsonDocument.Parse(verdict.Text).RootElement.GetProperty("grounded").GetDouble();
        evaluation.Output = grounded;
    }

    trace.Output = answer;
    trace.Score("grounded", grounded);
    trace.Score("helpful", true);
    trace.AddEvent("answer shown");
    Console.WriteLine($"Question: {Question}\nAnswer:   {answer}\n");
    Console.WriteLine($"The streamed answer came from {route!.Deployment} after {route.Attempts.Count} attempts, because {route.Reason}.\n");
}

foreach (CallRoute call in provider.GetRequiredService<ILlmRouter>().GetRecentCalls())
{
    told += call.Cost.Total ?? 0;
}

decimal traced = recorded.Spans.Sum(span => span.Cost ?? 0);
Console.WriteLine(recorded.Tree());
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Cost on the responses ${told:0.########}, of the generations in the trace ${traced:0.########}"));
await File.WriteAllTextAsync(file, HtmlTimeline.Render(recorded.Spans, recorded.Scores));
Console.WriteLine($"The timeline is in {Path.GetFullPath(file)}");
return told == traced ? 0 : 1;
