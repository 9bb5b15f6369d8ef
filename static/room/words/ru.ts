/** The room in Russian. The other languages have exactly these keys: the compiler sees to it. */
import type { DeviceProblem, Input } from "../devices.ts";
import type { DoorReason, OverReason, RefusalCode, Role, Scope, Source, TopicBasis } from "../protocol.ts";

/** Both when one reason keeps both. */
export type Troubled = Input | "both";

const rules = new Intl.PluralRules("ru");
const count = (n: number, one: string, few: string, many: string): string =>
  `${n} ${{ one, few, many, other: many, zero: many, two: few }[rules.select(n)]}`;
const minutes = (n: number): string => count(n, "минуту", "минуты", "минут");

export const ru = {
  locale: "ru-RU",
  role: {
    host: "ведёт консультацию",
    cohost: "помогает вести",
    student: "обучающийся",
    parent: "родитель",
  } satisfies Record<Role, string>,
  you: "Вы",
  mine: (name: string) => `${name} (вы)`,

  // Times
  today: "сегодня",
  times: (from: string, to: string) => `${from}–${to}`,
  yours: (time: string) => `${time} у вас`,
  theirs: (time: string, zone: string) => `${time} ${zone}`,
  minutesLeft: (n: number) => `Осталось ${n === 0 ? "меньше минуты" : count(n, "минута", "минуты", "минут")}`,
  size: (bytes: number) =>
    bytes < 1024 * 1024
      ? `${Math.max(1, Math.round(bytes / 1024))} КБ`
      : `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} МБ`,
  endsSoon: (n: number) => `До конца консультации ${count(n, "минута", "минуты", "минут")}.`,

  // Before the room
  check: {
    title: "Проверьте камеру и микрофон",
    door: "Вход на консультацию",
    who: (name: string) => `Вы входите как ${name}`,
    host: (name: string) => `Ведёт ${name}`,
    enter: "Войти",
    enterSilently: "Войти без камеры и микрофона",
    preview: "Ваша картинка",
    level: "Громкость микрофона",
    levelHint: "Скажите что-нибудь: полоска должна двигаться.",
    speak: "Микрофон слышит вас.",
    cameraOff: "Камера выключена",
    opening: "Включаем камеру…",
    device: { camera: "Камера", microphone: "Микрофон", speaker: "Динамики" },
    defaultDevice: "Как в системе",
    listenOnly: "На вебинаре говорит ведущий. Вы смотрите, слушаете и пишете в чат: камера и микрофон не понадобятся.",
    chatOnly: "Это консультация в чате: камера и микрофон не понадобятся.",
    allowHint: "Если браузер спросит, разрешите доступ к камере и микрофону. Запись не ведётся.",
  },
  problem: {
    refused: (which: Troubled) =>
      `Браузер не пускает к ${{ camera: "камере", microphone: "микрофону", both: "камере и микрофону" }[which]}. Нажмите на ` +
      "значок слева от адреса страницы, разрешите доступ и попробуйте снова. Войти можно и так.",
    missing: (which: Troubled) =>
      ({
        camera: "Камера не найдена. Подключите её или войдите без камеры: вас будет слышно.",
        microphone: "Микрофон не найден. Подключите его или войдите так: писать можно в чат.",
        both: "Камера и микрофон не найдены. Подключите их или войдите так: вы будете видеть, слышать и писать.",
      })[which],
    busy: (which: Troubled) =>
      ({
        camera: "Камеру занимает другая программа. Закройте её и попробуйте снова.",
        microphone: "Микрофон занимает другая программа. Закройте её и попробуйте снова.",
        both: "Камеру и микрофон занимает другая программа. Закройте её и попробуйте снова.",
      })[which],
    insecure: () =>
      "Камера и микрофон работают только по защищённому адресу (https). Откройте страницу по нему или войдите так: " +
      "вы будете видеть, слышать и писать.",
    unknown: (which: Troubled) =>
      ({
        camera: "Камера не включилась. Попробуйте ещё раз или войдите так.",
        microphone: "Микрофон не включился. Попробуйте ещё раз или войдите так.",
        both: "Камера и микрофон не включились. Попробуйте ещё раз или войдите так.",
      })[which],
  } satisfies Record<DeviceProblem, (which: Troubled) => string>,
  tryAgain: "Попробовать снова",

  waiting: {
    connecting: "Соединяемся…",
    startsIn: (time: string, n: number) =>
      n === 0 ? `Консультация начинается в ${time}.` : `Консультация начнётся в ${time} (через ${minutes(n)}).`,
    opensBy: "Эта страница откроет комнату сама.",
    untilOpen: "До открытия комнаты",
    why: {
      not_open_yet: "Комната ещё закрыта",
      waiting_for_topic: "Ведущий ещё не указал тему консультации",
      waiting_for_host: "Ждём ведущего",
    } satisfies Record<DoorReason, string>,
  },

  // In the room
  room: {
    pastEnd: (time: string) => `Время консультации вышло. Комната закроется в ${time}.`,
    label: "Комната консультации",
    alone: "Пока вы здесь одни. Остальные появятся, как только войдут.",
    waitingForHost: "Ведущий ещё не пришёл. Как только он появится, вы его увидите.",
    listeners: (n: number) => count(n, "слушатель", "слушателя", "слушателей"),
    people: (n: number) => count(n, "участник", "участника", "участников"),
    reconnecting: "Связь прервалась. Возвращаем вас в комнату…",
    reconnectingLong: "Связи нет больше двух минут. Проверьте интернет: как только он появится, вы вернётесь сами.",
    unable: "Этот браузер не умеет передавать звук и видео. Откройте ссылку в Chrome, Firefox, Safari или Яндекс Браузере; писать можно и здесь.",
    tapToHear: "Браузер выключил звук. Нажмите, чтобы слышать.",
    starved: "Видео приостановлено: слабая связь",
    shares: (name: string) => `${name} показывает экран`,
    sharesStop: "Закончить показ",
    sharesMine: "Вы показываете экран",
    speaks: "говорит",
    muted: "микрофон выключен",
    unmuted: "микрофон включён",
    arrived: (name: string) => `В комнату вошли: ${name}`,
    departed: (name: string) => `Из комнаты вышли: ${name}`,
    wrote: (name: string, body: string) => `${name} пишет: ${body}`,
    topicMissing: "Тема ещё не указана: остальные ждут за дверью.",
    refusedSource: {
      microphone: "Микрофон не удалось включить для остальных.",
      camera: "Камеру не удалось включить для остальных.",
      screen: "Показ экрана не удался.",
    } satisfies Record<Source, string>,
  },
  bar: {
    label: "Управление",
    microphoneOn: "Включить микрофон",
    microphoneOff: "Выключить микрофон",
    cameraOn: "Включить камеру",
    cameraOff: "Выключить камеру",
    screenOn: "Показать экран",
    screenOff: "Закончить показ экрана",
    chat: "Чат",
    unread: (n: number) => count(n, "новое сообщение", "новых сообщения", "новых сообщений"),
    people: "Участники",
    settings: "Настройки и клавиши",
    leave: "Выйти",
    close: "Закрыть",
    short: { microphone: "Микрофон", camera: "Камера", screen: "Экран", people: "Люди" },
  },
  chat: {
    title: "Чат",
    field: "Сообщение",
    send: "Отправить",
    empty: "Сообщений пока нет. Напишите первым.",
    sending: "отправляется",
    waits: "уйдёт, когда вернётся связь",
    hidden: "Сообщение скрыто ведущим",
    mend: "Исправить",
    readOnly: "Писать здесь может только ведущий.",
    tooLong: (n: number) => `Слишком длинно на ${count(n, "знак", "знака", "знаков")}`,
    attach: "Приложить файл",
    answer: "Ответить",
    answering: (name: string) => `Ответ: ${name}`,
    answerNobody: "Не отвечать",
    hide: "Скрыть",
    about: (name: string, text: string) => `${name}, «${text.length > 40 ? `${text.slice(0, 39)}…` : text}»`,
    picture: (name: string) => `Картинка ${name}`,
    badFormula: "Формула записана с ошибкой",
    drop: "Убрать",
    notTaken: (reason: string, limit: number) =>
      ({
        too_large: `Файл слишком большой: можно до ${Math.floor(limit / 1024 / 1024)} МБ.`,
        empty: "Файл пустой.",
        file_type: "Такие файлы чат не принимает. Подойдут картинки, PDF, документы, таблицы, презентации и zip.",
        not_as_named: "Содержимое файла не соответствует его имени. Сохраните его заново и попробуйте ещё раз.",
        session_full: "Для этой консультации файлов уже слишком много.",
        no_right: "Писать здесь вам сейчас нельзя.",
      })[reason] ?? "Файл отправить не удалось. Попробуйте ещё раз.",
  },
  topic: {
    title: "Тема консультации",
    hint: "Пока тема не указана, остальные ждут за дверью.",
    field: "Тема",
    example: "Например: решение квадратных уравнений",
    basis: "Почему выбрана эта тема",
    bases: {
      performance: "по итогам успеваемости",
      student_request: "по просьбе обучающегося",
      parent_request: "по просьбе родителей",
    } satisfies Record<TopicBasis, string>,
    scope: "Консультация",
    scopes: { overview: "обзорная", single_topic: "по отдельной теме" } satisfies Record<Scope, string>,
    save: "Открыть дверь",
    later: "Позже",
    set: "Указать тему",
    needed: "Напишите тему.",
  },
  close: {
    question: "Завершить консультацию для всех?",
    consequence: "Комната закроется, посещаемость сохранится. Открыть её снова по этой строке графика нельзя.",
    yes: "Завершить для всех",
    no: "Остаться",
    leaveOnly: "Только выйти",
  },
  settings: {
    title: "Настройки и клавиши",
    keys: "Клавиши",
    key: {
      M: "микрофон",
      V: "камера",
      S: "показ экрана",
      C: "чат",
      P: "участники",
      "?": "эта подсказка",
    },
  },

  // After the room
  over: {
    reason: {
      time: "Консультация окончена",
      closed: "Ведущий завершил консультацию",
      cancelled: "Консультация отменена",
      moved: "Консультация перенесена",
      removed: "Ведущий попросил вас выйти",
    } satisfies Record<OverReason, string>,
    thanks: "Спасибо, что были с нами.",
    moved: "Новое время смотрите на своей странице «Сегодня».",
    cancelled: "Причину и замену смотрите на своей странице «Сегодня».",
    removed: "Если это ошибка, напишите ведущему или в школу.",
    newTime: "Новое время",
    cause: "Причина",
    here: "Здесь были",
    next: "Страницу можно закрыть.",
    home: "К расписанию на сегодня",
  },
  left: { title: "Вы вышли из комнаты", text: "Пока консультация идёт, можно вернуться.", back: "Вернуться" },
  takenOver: {
    title: "Вы продолжили на другом устройстве",
    text: "Один человек занимает одно место, поэтому здесь показ остановлен.",
    here: "Продолжить здесь",
  },
  refused: {
    title: "Войти не получилось",
    otherwise: "Попробуйте открыть ссылку ещё раз. Если не поможет, напишите в школу.",
    code: {
      bad_ticket: "Время на вход вышло. Обновите страницу.",
      internal: "Сервер не справился с просьбой. Попробуйте ещё раз через минуту.",
      busy: "Слишком много просьб сразу. Подождите немного и попробуйте ещё раз.",
      cancelled: "Консультация отменена.",
      entitlement_ended: "Вас больше нет в списке этой консультации. Если это ошибка, сообщите в школу.",
      flood: "Слишком часто. Подождите немного и попробуйте ещё раз.",
      form_expired: "Страница была открыта слишком долго. Обновите её.",
      invalid: "Проверьте, что написано: это значение не подходит.",
      link_revoked: "Ссылка больше не действует. Попросите в школе новую.",
      media_unavailable: "Звук и видео сейчас недоступны. Мы включим их, как только сможем.",
      no_right: "На это у вас нет права.",
      not_expected: "Эта консультация для других людей. Если вы должны быть здесь, сообщите тому, кто её ведёт.",
      over: "Консультация уже окончена.",
      removed: "Ведущий попросил вас выйти, вернуться в эту комнату нельзя.",
      sign_in_needed: "Вы вышли из системы. Войдите снова и откройте консультацию ещё раз.",
      sign_in_required: "Школа просит сначала войти под своим именем. Войдите и откройте консультацию ещё раз.",
      too_often: "Слишком много попыток. Подождите минуту.",
      unanswered: "Ответа нет. Проверьте интернет и попробуйте ещё раз.",
      unknown_session: "Такой консультации нет. Проверьте адрес или расписание.",
      wrong_version: "Страница устарела. Обновите её.",
    } satisfies Record<RefusalCode, string>,
  },
};

export type Words = typeof ru;
