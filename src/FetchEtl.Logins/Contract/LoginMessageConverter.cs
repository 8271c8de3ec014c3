using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Logins;

/// <summary>
/// Reads a <see cref="LoginMessage"/> straight from the JSON reader. It records problems instead of throwing, so every
/// problem of a message is reported, and none quotes a value.
/// </summary>
internal sealed class LoginMessageConverter : JsonConverter<LoginMessage>
{
    /// <summary>A body that is the JSON literal <c>null</c> is a message too: one that is not an object.</summary>
    public override bool HandleNull => true;

    public override LoginMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.TrySkip();
            return new LoginMessage
            {
                ReadProblems = [new(LoginFields.Body, "is not a JSON object", BrokenRule.NotObject)],
            };
        }

        Field userId = default, appVersion = default, deviceType = default;
        Field ip = default, locale = default, deviceId = default;
        var unknownKeys = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (Key(ref reader))
            {
                case LoginFields.UserId: userId = Field.Read(ref reader); break;
                case LoginFields.AppVersion: appVersion = Field.Read(ref reader); break;
                case LoginFields.DeviceType: deviceType = Field.Read(ref reader); break;
                case LoginFields.Ip: ip = Field.Read(ref reader); break;
                case LoginFields.Locale: locale = Field.Read(ref reader); break;
                case LoginFields.DeviceId: deviceId = Field.Read(ref reader); break;
                default:
                    unknownKeys++;
                    Skip(ref reader);
                    break;
            }
        }

        List<InvalidField>? problems = null;
        userId.Report(LoginFields.UserId, required: true, ref problems);
        appVersion.Report(LoginFields.AppVersion, required: true, ref problems);
        deviceType.Report(LoginFields.DeviceType, required: true, ref problems);
        ip.Report(LoginFields.Ip, required: true, ref problems);
        locale.Report(LoginFields.Locale, required: false, ref problems);
        deviceId.Report(LoginFields.DeviceId, required: true, ref problems);

        return new LoginMessage
        {
            UserId = userId.Personal,
            AppVersion = appVersion.Text,
            DeviceType = deviceType.Text,
            Ip = ip.Personal,
            Locale = locale.Text,
            DeviceId = deviceId.Personal,
            ReadProblems = problems is null ? [] : problems,
            UnknownKeys = unknownKeys,
            HasNoKeys = !(userId.Present || appVersion.Present || deviceType.Present || ip.Present || locale.Present
                || deviceId.Present),
        };
    }

    public override void Write(Utf8JsonWriter writer, LoginMessage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WritePersonal(writer, LoginFields.UserId, value.UserId);
        writer.WriteString(LoginFields.AppVersion, value.AppVersion);
        writer.WriteString(LoginFields.DeviceType, value.DeviceType);
        WritePersonal(writer, LoginFields.Ip, value.Ip);
        writer.WriteString(LoginFields.Locale, value.Locale);
        WritePersonal(writer, LoginFields.DeviceId, value.DeviceId);
        writer.WriteEndObject();
    }

    private static void WritePersonal(Utf8JsonWriter writer, string name, PersonalText? value)
    {
        writer.WriteString(name, value is null ? null : PersonalText.Redacted);
    }

    /// <summary>Returns the key at the reader; null for an unknown key, which may even be invalid Unicode.</summary>
    private static string? Key(ref Utf8JsonReader reader)
    {
        try
        {
            if (reader.ValueTextEquals("user_id"u8))
            {
                return LoginFields.UserId;
            }

            if (reader.ValueTextEquals("app_version"u8))
            {
                return LoginFields.AppVersion;
            }

            if (reader.ValueTextEquals("device_type"u8))
            {
                return LoginFields.DeviceType;
            }

            if (reader.ValueTextEquals("ip"u8))
            {
                return LoginFields.Ip;
            }

            if (reader.ValueTextEquals("locale"u8))
            {
                return LoginFields.Locale;
            }

            return reader.ValueTextEquals("device_id"u8) ? LoginFields.DeviceId : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.TrySkip();
    }

    /// <summary>A key's value as read: a text, or the problem that it is not one.</summary>
    private readonly record struct Field(bool Present, string? Text, string? Problem, string? Rule = null)
    {
        public PersonalText? Personal => Text is null ? null : new PersonalText(Text);

        public static Field Read(ref Utf8JsonReader reader)
        {
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.Null:
                    return new Field(Present: true, Text: null, Problem: null);
                case JsonTokenType.String:
                    return ReadText(ref reader);
                default:
                    reader.TrySkip();
                    return new Field(Present: true, Text: null, "is not a string", BrokenRule.NotString);
            }
        }

        public void Report(string name, bool required, ref List<InvalidField>? problems)
        {
            var problem = Problem ?? (required && !Present ? "is missing" : null);
            if (problem is not null)
            {
                (problems ??= []).Add(new InvalidField(name, problem, Rule ?? BrokenRule.Required));
            }
        }

        private static Field ReadText(ref Utf8JsonReader reader)
        {
            try
            {
                return new Field(Present: true, reader.GetString(), Problem: null);
            }
            catch (InvalidOperationException)
            {
                return new Field(Present: true, Text: null, "is not valid Unicode", BrokenRule.NotUnicode);
            }
        }
    }
}
